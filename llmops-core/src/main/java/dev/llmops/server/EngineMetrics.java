package dev.llmops.server;

import dev.llmops.server.Page.Wanted;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which metric of which server means what; of several names the first that a page has is taken, new
 * ones before old ones. Names are as the servers' own sources and documentation have them in 2026,
 * with colons written as underscores.
 */
final class EngineMetrics {

  static final List<Wanted> PROCESS_START = wanted("process_start_time_seconds");

  private static final Map<ServerKind, EngineMetrics> BY_KIND = new EnumMap<>(ServerKind.class);

  static {
    put(
        new EngineMetrics(ServerKind.VLLM)
            .running("vllm_num_requests_running")
            .waiting("vllm_num_requests_waiting")
            .kvCacheUse("vllm_kv_cache_usage_perc", "vllm_gpu_cache_usage_perc")
            .prompt("vllm_prompt_tokens_total", "vllm_prompt_tokens")
            .generation("vllm_generation_tokens_total", "vllm_generation_tokens")
            .preemptions("vllm_num_preemptions_total", "vllm_num_preemptions")
            .queries(
                "vllm_prefix_cache_queries_total",
                "vllm_prefix_cache_queries",
                "vllm_gpu_prefix_cache_queries_total",
                "vllm_gpu_prefix_cache_queries")
            .hits(
                "vllm_prefix_cache_hits_total",
                "vllm_prefix_cache_hits",
                "vllm_gpu_prefix_cache_hits_total",
                "vllm_gpu_prefix_cache_hits"));
    put(
        new EngineMetrics(ServerKind.SGLANG)
            .running("sglang_num_running_reqs")
            .waiting("sglang_num_queue_reqs")
            .kvCacheUse("sglang_token_usage")
            .prompt("sglang_prompt_tokens_total")
            .generation("sglang_generation_tokens_total")
            .generationRate("sglang_gen_throughput")
            .queries("sglang_prompt_tokens_total")
            .hits("sglang_cached_tokens_total")
            .hitRate("sglang_cache_hit_rate"));
    put(
        new EngineMetrics(ServerKind.TGI)
            .running("tgi_batch_current_size")
            .waiting("tgi_queue_size")
            // counted when a request ends: there is no counter of single tokens
            .prompt("tgi_request_input_length_sum")
            .generation("tgi_request_generated_tokens_sum"));
    put(
        new EngineMetrics(ServerKind.TRITON)
            .modelLabel("model")
            .running("nv_trt_llm_request_metrics{request_type=scheduled}")
            .waiting(
                "nv_trt_llm_request_metrics{request_type=waiting}",
                "nv_inference_pending_request_count")
            .maxRequests("nv_trt_llm_request_metrics{request_type=max}")
            .kvCacheUse("nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=fraction}"));
    put(
        new EngineMetrics(ServerKind.TRTLLM_SERVE)
            .running("trtllm_num_requests_running", "trtllm_num_active_requests")
            .waiting("trtllm_num_requests_waiting", "trtllm_server_queue_length")
            .maxRequests("trtllm_max_num_active_requests")
            .kvCacheUse("trtllm_kv_cache_utilization")
            .prompt("trtllm_prompt_tokens_total")
            .generation("trtllm_generation_tokens_total")
            .queries("trtllm_prompt_tokens_total")
            .hits("trtllm_prompt_cached_tokens_total")
            .hitRate("trtllm_kv_cache_hit_rate"));
    put(
        new EngineMetrics(ServerKind.NIM)
            .running("num_requests_running", "vllm_num_requests_running")
            .waiting("num_requests_waiting", "vllm_num_requests_waiting")
            .maxRequests("num_request_max")
            .kvCacheUse("gpu_cache_usage_perc", "vllm_kv_cache_usage_perc")
            .prompt("prompt_tokens_total", "vllm_prompt_tokens_total")
            .generation("generation_tokens_total", "vllm_generation_tokens_total")
            .preemptions("vllm_num_preemptions_total")
            .queries("vllm_prefix_cache_queries_total")
            .hits("vllm_prefix_cache_hits_total"));
    put(
        new EngineMetrics(ServerKind.LLAMA_CPP)
            .running("llamacpp_requests_processing")
            .waiting("llamacpp_requests_deferred")
            .kvCacheUse("llamacpp_kv_cache_usage_ratio")
            .prompt("llamacpp_prompt_tokens_total")
            .generation("llamacpp_tokens_predicted_total")
            // it counts the computed tokens and the cached ones apart
            .queries("llamacpp_prompt_tokens_total")
            .hits("llamacpp_prompt_tokens_cached_total")
            .hitsApart());
    put(
        new EngineMetrics(ServerKind.LMDEPLOY)
            .running("lmdeploy_num_requests_running")
            .waiting("lmdeploy_num_requests_waiting")
            .kvCacheUse("lmdeploy_gpu_cache_usage_perc")
            .prompt("lmdeploy_prompt_tokens_total")
            .generation("lmdeploy_generation_tokens_total"));
  }

  /** Every name that is read from a page. */
  static final MetricNames NAMES = new MetricNames(allNames());

  private final ServerKind kind;
  private String prefix;
  private String modelLabel = "model_name";
  private boolean hitsApart;
  private List<Wanted> running = List.of();
  private List<Wanted> waiting = List.of();
  private List<Wanted> maxRequests = List.of();
  private List<Wanted> kvCacheUse = List.of();
  private List<Wanted> prompt = List.of();
  private List<Wanted> generation = List.of();
  private List<Wanted> generationRate = List.of();
  private List<Wanted> preemptions = List.of();
  private List<Wanted> queries = List.of();
  private List<Wanted> hits = List.of();
  private List<Wanted> hitRate = List.of();

  private EngineMetrics(ServerKind kind) {
    this.kind = kind;
    this.prefix = kind.prefix();
  }

  static EngineMetrics of(ServerKind kind, Page page) {
    EngineMetrics metrics = BY_KIND.get(kind == ServerKind.RAY_SERVE ? ServerKind.VLLM : kind);
    if (metrics == null) {
      throw new IllegalArgumentException("kind must have metrics, but was " + kind);
    }
    return metrics;
  }

  String prefix() {
    return prefix;
  }

  String modelLabel() {
    return modelLabel;
  }

  /** Whether {@link #queries()} leaves out the tokens that {@link #hits()} counts. */
  boolean hitsAreApart() {
    return hitsApart;
  }

  List<Wanted> running() {
    return running;
  }

  List<Wanted> waiting() {
    return waiting;
  }

  List<Wanted> maxRequests() {
    return maxRequests;
  }

  List<Wanted> kvCacheUse() {
    return kvCacheUse;
  }

  List<Wanted> prompt() {
    return prompt;
  }

  List<Wanted> generation() {
    return generation;
  }

  List<Wanted> generationRate() {
    return generationRate;
  }

  List<Wanted> preemptions() {
    return preemptions;
  }

  List<Wanted> queries() {
    return queries;
  }

  List<Wanted> hits() {
    return hits;
  }

  List<Wanted> hitRate() {
    return hitRate;
  }

  private static void put(EngineMetrics metrics) {
    BY_KIND.put(metrics.kind, metrics);
  }

  private static List<String> allNames() {
    List<String> names = new ArrayList<>(GpuPages.NAMES);
    PROCESS_START.forEach(each -> names.add(each.name()));
    for (EngineMetrics each : BY_KIND.values()) {
      for (List<Wanted> wanted :
          List.of(
              each.running,
              each.waiting,
              each.maxRequests,
              each.kvCacheUse,
              each.prompt,
              each.generation,
              each.generationRate,
              each.preemptions,
              each.queries,
              each.hits,
              each.hitRate)) {
        wanted.forEach(one -> names.add(one.name()));
      }
    }
    names.add("nv_inference_count"); // tells a Triton without TensorRT-LLM by
    return names;
  }

  private static List<Wanted> wanted(String... names) {
    return java.util.Arrays.stream(names).map(Wanted::of).toList();
  }

  private EngineMetrics modelLabel(String label) {
    modelLabel = label;
    return this;
  }

  private EngineMetrics hitsApart() {
    hitsApart = true;
    return this;
  }

  private EngineMetrics running(String... names) {
    running = wanted(names);
    return this;
  }

  private EngineMetrics waiting(String... names) {
    waiting = wanted(names);
    return this;
  }

  private EngineMetrics maxRequests(String... names) {
    maxRequests = wanted(names);
    return this;
  }

  private EngineMetrics kvCacheUse(String... names) {
    kvCacheUse = wanted(names);
    return this;
  }

  private EngineMetrics prompt(String... names) {
    prompt = wanted(names);
    return this;
  }

  private EngineMetrics generation(String... names) {
    generation = wanted(names);
    return this;
  }

  private EngineMetrics generationRate(String... names) {
    generationRate = wanted(names);
    return this;
  }

  private EngineMetrics preemptions(String... names) {
    preemptions = wanted(names);
    return this;
  }

  private EngineMetrics queries(String... names) {
    queries = wanted(names);
    return this;
  }

  private EngineMetrics hits(String... names) {
    hits = wanted(names);
    return this;
  }

  private EngineMetrics hitRate(String... names) {
    hitRate = wanted(names);
    return this;
  }
}
