package dev.llmops.spring;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code llmops.servers}: inference servers and GPUs whose state is put on the
 * calls that go to them. Only those named here are ever asked.
 *
 * @param urls Inference servers, by scheme, host and port, such as http://gpu-1:8000; their kind is
 *     found out.
 * @param gpus GPU exporters (dcgm-exporter, AMD's device-metrics-exporter) of the same hosts, such
 *     as http://gpu-1:9400/metrics.
 * @param nvidiaSmi Whether nvidia-smi is asked for servers on localhost.
 * @param interval The time between two questions to a server in use, 100ms to 10m.
 * @param maxAge How old an answer may be and still count, 100ms to 1h.
 */
@ConfigurationProperties("llmops.servers")
record LlmOpsServersProperties(
    @DefaultValue List<String> urls,
    @DefaultValue List<String> gpus,
    @DefaultValue("false") boolean nvidiaSmi,
    @DefaultValue("5s") Duration interval,
    @DefaultValue("15s") Duration maxAge) {

  LlmOpsServersProperties {
    urls = List.copyOf(urls);
    gpus = List.copyOf(gpus);
  }
}
