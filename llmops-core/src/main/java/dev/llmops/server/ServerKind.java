package dev.llmops.server;

import java.util.List;

/** The inference servers whose metrics are understood. */
public enum ServerKind {
  /** To be found out from what the server shows; only for configuration. */
  AUTO("a server", List.of("/metrics", "/prometheus/metrics", "/v1/metrics"), ""),
  /** vLLM, v0 and v1. */
  VLLM("vLLM", List.of("/metrics"), "vllm_"),
  /** SGLang, started with {@code --enable-metrics}. */
  SGLANG("SGLang", List.of("/metrics"), "sglang_"),
  /** Text Generation Inference. */
  TGI("TGI", List.of("/metrics"), "tgi_"),
  /** Triton, with or without its TensorRT-LLM backend; its metrics are on port 8002 unless told. */
  TRITON("Triton", List.of("/metrics"), "nv_"),
  /** {@code trtllm-serve}; its {@code /metrics} is JSON and drained by reading, so not asked. */
  TRTLLM_SERVE("trtllm-serve", List.of("/prometheus/metrics"), "trtllm_"),
  /** NVIDIA NIM for LLMs. */
  NIM("NIM", List.of("/v1/metrics", "/metrics"), "num_requests_"),
  /** llama.cpp's {@code llama-server}, started with {@code --metrics}. */
  LLAMA_CPP("llama.cpp", List.of("/metrics"), "llamacpp_"),
  /** Ollama, which has no metrics. */
  OLLAMA("Ollama", List.of(), ""),
  /** LMDeploy. */
  LMDEPLOY("LMDeploy", List.of("/metrics"), "lmdeploy_"),
  /** vLLM under Ray Serve; its metrics come from Ray's agent, so name their address. */
  RAY_SERVE("Ray Serve LLM", List.of("/metrics"), "vllm_"),
  /** The LiteLLM proxy, which has no queue or GPU of its own. */
  LITELLM("LiteLLM", List.of(), "");

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> metricsPaths;

  private final String prefix;

  ServerKind(String label, List<String> metricsPaths, String prefix) {
    this.label = label;
    this.metricsPaths = metricsPaths;
    this.prefix = prefix;
  }

  /** The server's name for a person. */
  public String label() {
    return label;
  }

  /** Where its metrics may be, in the order to ask. */
  List<String> metricsPaths() {
    return metricsPaths;
  }

  /** What its metrics' names start with, colons written as underscores. */
  String prefix() {
    return prefix;
  }
}
