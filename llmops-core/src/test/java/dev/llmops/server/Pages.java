package dev.llmops.server;

/**
 * Small pages of our own making, with the metric names and labels that each server's version is
 * known to use.
 */
final class Pages {

  private Pages() {}

  /** vLLM v1 (2026), one engine. */
  static String vllm(int running, int waiting, double kv, long prompt, long generation) {
    return vllmEngine("0", running, waiting, kv, prompt, generation, 800, 600, 2);
  }

  static String vllmEngine(
      String engine,
      int running,
      int waiting,
      double kv,
      long prompt,
      long generation,
      long queries,
      long hits,
      long preemptions) {
    String labels = "{engine=\"" + engine + "\",model_name=\"org/tiny\"}";
    return """
        # HELP vllm:num_requests_running Number of requests in model execution batches.
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running@ %d.0
        # TYPE vllm:num_requests_waiting gauge
        vllm:num_requests_waiting@ %d.0
        # TYPE vllm:kv_cache_usage_perc gauge
        vllm:kv_cache_usage_perc@ %s
        # TYPE vllm:prompt_tokens_total counter
        vllm:prompt_tokens_total@ %d.0
        # TYPE vllm:prompt_tokens_created gauge
        vllm:prompt_tokens_created@ 1.7e+09
        # TYPE vllm:generation_tokens_total counter
        vllm:generation_tokens_total@ %d.0
        # TYPE vllm:prefix_cache_queries_total counter
        vllm:prefix_cache_queries_total@ %d.0
        # TYPE vllm:prefix_cache_hits_total counter
        vllm:prefix_cache_hits_total@ %d.0
        # TYPE vllm:num_preemptions_total counter
        vllm:num_preemptions_total@ %d.0
        # TYPE vllm:iteration_tokens_total histogram
        vllm:iteration_tokens_total_bucket{engine="0",le="1.0",model_name="org/tiny"} 5.0
        vllm:iteration_tokens_total_sum@ 77.0
        vllm:iteration_tokens_total_count@ 5.0
        """
        .formatted(running, waiting, kv, prompt, generation, queries, hits, preemptions)
        .replace("@", labels);
  }

  static final String VLLM_MODELS =
      """
      {"object":"list","data":[{"id":"org/tiny","object":"model","owned_by":"vllm",
       "root":"org/tiny","parent":null,"max_model_len":4096}]}
      """;

  static final String VLLM_VERSION = "{\"version\":\"0.32.0\"}";

  /** vLLM v0 and early v1: no engine label, KV and prefix cache under their old names. */
  static String oldVllm(int running, int waiting, double kv, long queries, long hits) {
    return """
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running{model_name="org/tiny"} %d.0
        vllm:num_requests_waiting{model_name="org/tiny"} %d.0
        vllm:num_requests_swapped{model_name="org/tiny"} 0.0
        vllm:gpu_cache_usage_perc{model_name="org/tiny"} %s
        vllm:cpu_cache_usage_perc{model_name="org/tiny"} 0.0
        vllm:gpu_prefix_cache_queries_total{model_name="org/tiny"} %d.0
        vllm:gpu_prefix_cache_hits_total{model_name="org/tiny"} %d.0
        """
        .formatted(running, waiting, kv, queries, hits);
  }

  /** vLLM behind Ray's metrics agent: colons are underscores, a prefix, labels of Ray. */
  static String ray(String replica, int running, int waiting, double kv) {
    return """
        # TYPE ray_vllm_num_requests_running gauge
        ray_vllm_num_requests_running{WorkerId="%1$s",engine="0",model_name="org/tiny"} %2$d.0
        ray_vllm_num_requests_waiting{WorkerId="%1$s",engine="0",model_name="org/tiny"} %3$d.0
        ray_vllm_kv_cache_usage_perc{WorkerId="%1$s",engine="0",model_name="org/tiny"} %4$s
        ray_vllm_prompt_tokens_total{WorkerId="%1$s",engine="0",model_name="org/tiny"} 100.0
        ray_serve_num_http_requests{route="/v1"} 7
        """
        .formatted(replica, running, waiting, kv);
  }

  /** SGLang of 2024-25: one label. */
  static String oldSglang(long prompt, long generation) {
    return """
        # TYPE sglang:num_running_reqs gauge
        sglang:num_running_reqs{model_name="org/tiny"} 12.0
        sglang:num_queue_reqs{model_name="org/tiny"} 7.0
        sglang:token_usage{model_name="org/tiny"} 0.25
        sglang:cache_hit_rate{model_name="org/tiny"} 0.125
        sglang:gen_throughput{model_name="org/tiny"} 86.5
        sglang:prompt_tokens_total{model_name="org/tiny"} %s
        sglang:generation_tokens_total{model_name="org/tiny"} %s
        sglang:func_latency_seconds_sum{name="generate_request"} 4.5
        """
        .formatted((double) prompt, (double) generation);
  }

  /** SGLang of 2026: two tensor ranks that repeat one another, two data ranks that add up. */
  static String sglang(long prompt, long cached) {
    StringBuilder page = new StringBuilder("# TYPE sglang:num_running_reqs gauge\n");
    for (int dp = 0; dp < 2; dp++) {
      for (int tp = 0; tp < 2; tp++) {
        page.append(
            """
            sglang:num_running_reqs{dp_rank="%1$d",engine_type="unified",model_name="org/tiny",pp_rank="0",tp_rank="%2$d"} 5.0
            sglang:num_queue_reqs{dp_rank="%1$d",engine_type="unified",model_name="org/tiny",pp_rank="0",tp_rank="%2$d"} 2.0
            sglang:token_usage{dp_rank="%1$d",engine_type="unified",model_name="org/tiny",pp_rank="0",tp_rank="%2$d"} 0.%3$d
            sglang:prompt_tokens_total{dp_rank="%1$d",engine_type="unified",model_name="org/tiny",pp_rank="0",tp_rank="%2$d"} %4$d
            sglang:cached_tokens_total{cache_source="device",dp_rank="%1$d",engine_type="unified",model_name="org/tiny",pp_rank="0",tp_rank="%2$d"} %5$d
            """
                .formatted(dp, tp, dp + 3, prompt, cached));
      }
    }
    return page.toString();
  }

  static String tgi(long inputTokens, long generatedTokens) {
    return """
        # TYPE tgi_queue_size gauge
        tgi_queue_size 2

        # TYPE tgi_batch_current_size gauge
        tgi_batch_current_size 3

        # TYPE tgi_request_failure counter
        tgi_request_failure{err="overloaded"} 1

        # TYPE tgi_request_input_length histogram
        tgi_request_input_length_bucket{le="100"} 4
        tgi_request_input_length_sum %d
        tgi_request_input_length_count 40
        # TYPE tgi_request_generated_tokens histogram
        tgi_request_generated_tokens_sum %d
        tgi_request_generated_tokens_count 40
        """
        .formatted(inputTokens, generatedTokens);
  }

  static final String TRITON_TENSORRT_LLM =
      """
      # TYPE nv_trt_llm_request_metrics gauge
      nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="waiting",version="1"} 4
      nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="context",version="1"} 1
      nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="scheduled",version="1"} 6
      nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="max",version="1"} 64
      nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="active",version="1"} 7
      nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction",model="tensorrt_llm",version="1"} 0.25
      nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="tokens_per",model="tensorrt_llm",version="1"} 64
      # TYPE nv_gpu_utilization gauge
      nv_gpu_utilization{gpu_uuid="GPU-aaaa"} 0.5
      nv_gpu_memory_total_bytes{gpu_uuid="GPU-aaaa"} 85520809984
      nv_gpu_memory_used_bytes{gpu_uuid="GPU-aaaa"} 1073741824
      nv_gpu_power_usage{gpu_uuid="GPU-aaaa"} 312.5
      nv_gpu_power_limit{gpu_uuid="GPU-aaaa"} 700
      """;

  static final String TRITON_PLAIN =
      """
      # TYPE nv_inference_count counter
      nv_inference_count{model="bert",version="1"} 161
      nv_inference_pending_request_count{model="bert",version="1"} 3
      """;

  static String trtllmServe(String running, String waiting, long prompt, long cached) {
    return """
        # TYPE trtllm_x gauge
        %s{engine_type="trtllm",model_name="org/tiny"} 2.0
        %s{engine_type="trtllm",model_name="org/tiny"} 1.0
        trtllm_kv_cache_utilization{engine_type="trtllm",model_name="org/tiny"} 0.375
        trtllm_kv_cache_hit_rate{engine_type="trtllm",model_name="org/tiny"} 0.5
        trtllm_max_num_active_requests{engine_type="trtllm",model_name="org/tiny"} 512.0
        trtllm_prompt_tokens_total{engine_type="trtllm",model_name="org/tiny"} %d
        trtllm_prompt_cached_tokens_total{engine_type="trtllm",model_name="org/tiny"} %d
        trtllm_generation_tokens_total{engine_type="trtllm",model_name="org/tiny"} 10
        """
        .formatted(running, waiting, prompt, cached);
  }

  static final String NIM =
      """
      gpu_cache_usage_perc{model_name="org/tiny"} 0.125
      num_requests_running{model_name="org/tiny"} 1.0
      num_requests_waiting{model_name="org/tiny"} 9.0
      num_request_max{model_name="org/tiny"} 256.0
      prompt_tokens_total{model_name="org/tiny"} 40.0
      generation_tokens_total{model_name="org/tiny"} 20.0
      """;

  static String llamaCpp(long prompt, long cached, long predicted) {
    return """
        # TYPE llamacpp:prompt_tokens_total counter
        llamacpp:prompt_tokens_total %d
        llamacpp:prompt_tokens_cached_total %d
        llamacpp:tokens_predicted_total %d
        # TYPE llamacpp:prompt_tokens_seconds gauge
        llamacpp:prompt_tokens_seconds 409.96
        llamacpp:requests_processing 1
        llamacpp:requests_deferred 3
        llamacpp:n_busy_slots_per_decode 1
        """
        .formatted(prompt, cached, predicted);
  }

  static final String OLD_LLAMA_CPP =
      """
      llamacpp:prompt_tokens_total 50
      llamacpp:tokens_predicted_total 70
      llamacpp:kv_cache_usage_ratio 0.75
      llamacpp:kv_cache_tokens 300
      llamacpp:requests_processing 2
      llamacpp:requests_deferred 0
      """;

  static final String LMDEPLOY =
      """
      lmdeploy:num_api_requests_waiting{engine="0",model_name="org/tiny"} 8.0
      lmdeploy:num_requests_running{engine="0",model_name="org/tiny"} 4.0
      lmdeploy:num_requests_waiting{engine="0",model_name="org/tiny"} 1.0
      lmdeploy:gpu_cache_usage_perc{engine="0",model_name="org/tiny"} 0.25
      lmdeploy:prompt_tokens_total{engine="0",model_name="org/tiny"} 10.0
      lmdeploy:generation_tokens_total{engine="0",model_name="org/tiny"} 20.0
      """;

  /** dcgm-exporter with its default counters. */
  static String dcgm(String hostLabel) {
    return """
        # TYPE DCGM_FI_DEV_SM_CLOCK gauge
        DCGM_FI_DEV_SM_CLOCK{@} 1980
        DCGM_FI_DEV_MEM_CLOCK{@} 2619
        DCGM_FI_DEV_MEMORY_TEMP{@} 9223372036854775794
        DCGM_FI_DEV_GPU_TEMP{@} 43
        DCGM_FI_DEV_POWER_USAGE{@} 412.731
        DCGM_FI_DEV_GPU_UTIL{@} 93
        DCGM_FI_DEV_XID_ERRORS{@} 31
        DCGM_FI_DEV_FB_FREE{@} 7012
        DCGM_FI_DEV_FB_USED{@} 74003
        DCGM_FI_DEV_FB_RESERVED{@} 544
        DCGM_FI_PROF_GR_ENGINE_ACTIVE{@} 0.9
        DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{@} 0.25
        DCGM_FI_PROF_DRAM_ACTIVE{@} 0.5
        """
        .replace(
            "@",
            "gpu=\"0\",UUID=\"GPU-aaaa\",pci_bus_id=\"00000000:3B:00.0\",device=\"nvidia0\","
                + "modelName=\"NVIDIA H100 80GB HBM3\","
                + hostLabel
                + "=\"node-1\",container=\"vllm\",namespace=\"ml\",pod=\"vllm-0\"");
  }
}
