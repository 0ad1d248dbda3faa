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
}
