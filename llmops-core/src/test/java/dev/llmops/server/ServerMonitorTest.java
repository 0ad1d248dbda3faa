package dev.llmops.server;

import static dev.llmops.testing.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llmops.LlmRequest;
import dev.llmops.LlmResponse;
import dev.llmops.server.ServerSnapshot.GpuMatch;
import dev.llmops.server.ServerSnapshot.Match;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerMonitorTest {

  private PageServer server;
  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    server = new PageServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void asksNobodyUntilACallComes() {
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (ServerMonitor monitor = fast().server(server.url()).build()) {
      assertThat(monitor.snapshots()).hasSize(1).noneMatch(ServerSnapshot::isKnown);
      assertThat(server.requests()).isEmpty();

      known(monitor);

      assertThat(server.requests()).isNotEmpty();
    }
  }

  @Test
  void stopsWhenNoCallCameForAWhileAndGoesOnWithTheNext() {
    AtomicLong nanos = new AtomicLong(1);
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (ServerMonitor monitor =
        fast()
            .clocks(InstantSource.system(), nanos::get)
            .idleAfter(Duration.ofSeconds(60))
            .server(server.url(), ServerKind.VLLM)
            .build()) {
      known(monitor);

      nanos.addAndGet(Duration.ofSeconds(61).toNanos());
      long[] asked = {-1};
      await() // two looks, three intervals apart, see the same count
          .pollInterval(Duration.ofMillis(400))
          .until(
              () -> {
                long before = asked[0];
                asked[0] = server.count("/metrics");
                return before == asked[0];
              });
      assertThat(monitor.snapshots().get(0).isKnown()).as("too old by now").isFalse();

      known(monitor);
      assertThat(server.count("/metrics")).isGreaterThan(asked[0]);
    }
  }

  @Test
  void anOpenCallKeepsItsServerBeingAskedHoweverLongItTakes() {
    AtomicLong nanos = new AtomicLong(1);
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (ServerMonitor monitor =
        fast()
            .clocks(InstantSource.system(), nanos::get)
            .server(server.url(), ServerKind.VLLM)
            .build()) {
      ServerWatch watch = monitor.watch(request(server.port()));
      await().until(() -> server.count("/metrics") > 1);

      nanos.addAndGet(Duration.ofHours(1).toNanos());
      long asked = server.count("/metrics");
      await().until(() -> server.count("/metrics") > asked + 2);
      await().until(() -> monitor.snapshots().get(0).isKnown());

      ServerFacts facts = watch.end(null);
      assertThat(facts.start().isKnown()).isFalse();
      assertThat(facts.end().isKnown()).isTrue();
    }
  }

  @Test
  void asksAServerOnceAtATime() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Map.of(
            "/metrics", Pages.vllm(1, 1, 0.5, 1, 1),
            "/version", Pages.VLLM_VERSION,
            "/v1/models", Pages.VLLM_MODELS)
        .forEach(
            (path, page) ->
                server.on(
                    path,
                    exchange -> {
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      try {
                        go.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      // before it is sent: who has the answer may ask again at once
                      now.decrementAndGet();
                      PageServer.send(exchange, 200, page.getBytes(StandardCharsets.US_ASCII));
                    }));
    try (ServerMonitor monitor =
        fast().timeout(Duration.ofSeconds(20)).server(server.url()).build()) {
      monitor.latest("127.0.0.1", server.port());
      await().until(() -> server.count("/metrics") == 1);
      for (int i = 0; i < 1_000; i++) {
        monitor.latest("127.0.0.1", server.port());
      }
      go.countDown();
      known(monitor);
      await().until(() -> server.count("/metrics") > 3);
    }

    assertThat(most).hasValue(1);
  }

  @Test
  void whileAServerHangsTheOthersAreAsked() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    server.on(
        "/metrics",
        exchange -> {
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (PageServer other = new PageServer().page("/metrics", Pages.LMDEPLOY);
        ServerMonitor monitor =
            fast()
                .timeout(Duration.ofSeconds(30))
                .server(server.url())
                .server(other.url())
                .build()) {
      monitor.latest("127.0.0.1", server.port());
      await().until(() -> server.count("/metrics") == 1);

      await().until(() -> monitor.latest("127.0.0.1", other.port()).isKnown());
    } finally {
      over.countDown();
    }
  }

  @Test
  void aFailingServerIsAskedMoreAndMoreSeldom() {
    server.status("/metrics", 503);
    try (ServerMonitor monitor = fast().server(server.url(), ServerKind.VLLM).build()) {
      long from = System.nanoTime(); // before the monitor's thread can ask
      monitor.latest("127.0.0.1", server.port());
      // after 0, 200, 400 and 800 ms, give or take a tenth
      await().atMost(Duration.ofSeconds(60)).until(() -> server.count("/metrics") >= 4);

      assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(1200));
    }
  }

  @Test
  void aPoolTellsTheRangeOfItsReplicasAndTheResponseTheOneThatAnswered() throws Exception {
    server.page("/metrics", Pages.vllm(1, 2, 0.25, 1, 1));
    try (PageServer second = new PageServer().page("/metrics", Pages.vllm(7, 30, 0.75, 1, 1));
        ServerMonitor monitor =
            fast()
                .pool("http://lb:80", server.url(), second.url())
                .replicaHeader("X-Served-By")
                .build()) {
      await().until(() -> monitor.latest("lb", 80).replicas().size() == 2);

      ServerWatch watch =
          monitor.watch(LlmRequest.builder(LlmRequest.CHAT, "local").server("lb", 80).build());
      ServerFacts pool = watch.end(LlmResponse.EMPTY);
      assertThat(pool.end().match()).isEqualTo(Match.POOL);
      assertThat(pool.end().least().waiting()).isEqualTo(2);
      assertThat(pool.end().load().waiting()).isEqualTo(30);
      assertThat(pool.end().least().kvCacheUse()).isEqualTo(0.25);
      assertThat(pool.end().load().kvCacheUse()).isEqualTo(0.75);

      for (String name :
          new String[] {second.url(), second.url() + "/v1", "127.0.0.1:" + second.port()}) {
        ServerFacts exact =
            monitor
                .watch(LlmRequest.builder(LlmRequest.CHAT, "local").server("lb", 80).build())
                .end(LlmResponse.builder().header("x-served-by", name).build());
        assertThat(exact.start().match()).isEqualTo(Match.EXACT);
        assertThat(exact.end().match()).isEqualTo(Match.EXACT);
        assertThat(exact.end().server()).isEqualTo(second.url());
        assertThat(exact.end().load().waiting()).isEqualTo(30);
        assertThat(exact.endAge()).isLessThanOrEqualTo(Duration.ofSeconds(30));
      }
      ServerFacts stranger =
          monitor
              .watch(LlmRequest.builder(LlmRequest.CHAT, "local").server("lb", 80).build())
              .end(LlmResponse.builder().header("x-served-by", "10.9.9.9").build());
      assertThat(stranger.end().match()).isEqualTo(Match.POOL);
    }
  }

  @Test
  void aReplicaThatCannotBeAskedIsNamedAndTheRestStandsForThePool() throws Exception {
    server.page("/metrics", Pages.vllm(1, 2, 0.25, 1, 1));
    try (PageServer dead = new PageServer();
        ServerMonitor monitor = fast().pool("http://lb:80", server.url(), dead.url()).build()) {
      await()
          .until(
              () ->
                  monitor.latest("lb", 80).isKnown()
                      && monitor.latest("lb", 80).problems().toString().contains("404"));

      assertThat(monitor.latest("lb", 80).load().waiting()).isEqualTo(2);
      assertThat(monitor.latest("lb", 80).problems().get(0)).startsWith(dead.url() + " is unknown");
    }
  }

  @Test
  void rayReplicasOnOnePageAreAPool() {
    server.page("/metrics", Pages.ray("a", 3, 2, 0.5) + Pages.ray("b", 5, 9, 0.25));
    try (ServerMonitor monitor =
        fast()
            .server(
                MonitoredServer.builder("http://ray:8000")
                    .metrics(server.url() + "/metrics")
                    .build())
            .build()) {
      await().until(() -> monitor.latest("ray", 8000).isKnown());

      ServerSnapshot snapshot = monitor.latest("ray", 8000);
      assertThat(snapshot.match()).isEqualTo(Match.POOL);
      assertThat(snapshot.info().kind()).isEqualTo(ServerKind.RAY_SERVE);
      assertThat(snapshot.least().waiting()).isEqualTo(2);
      assertThat(snapshot.load().waiting()).isEqualTo(9);
    }
  }

  @Test
  void findsTrtllmServeBehindItsJsonMetrics() {
    server
        .page("/metrics", "[{\"iter\":1}]")
        .page(
            "/prometheus/metrics",
            Pages.trtllmServe("trtllm_num_requests_running", "trtllm_num_requests_waiting", 1, 1));

    assertThat(found().info().kind()).isEqualTo(ServerKind.TRTLLM_SERVE);
  }

  @Test
  void findsANimAtItsOwnPath() {
    server.page("/v1/metrics", Pages.NIM);

    assertThat(found().info().kind()).isEqualTo(ServerKind.NIM);
  }

  @Test
  void findsAnOllamaWithoutMetrics() {
    server
        .page("/api/version", "{\"version\":\"0.5.1\"}")
        .page(
            "/api/ps",
            """
            {"models":[{"name":"tiny:latest","size":400,"size_vram":100,"context_length":2048,
              "details":{"quantization_level":"Q4_0"}}]}
            """);

    ServerSnapshot snapshot = found();
    assertThat(snapshot.info().kind()).isEqualTo(ServerKind.OLLAMA);
    assertThat(snapshot.info().version()).isEqualTo("0.5.1");
    assertThat(snapshot.info().models())
        .containsExactly(new ServedModel("tiny:latest", 2048L, "Q4_0", 0.25));
    assertThat(snapshot.load()).isEqualTo(ServerLoad.UNKNOWN);
  }

  @Test
  void readsWhatALlamaCppWithoutMetricsTells() {
    server
        .status("/metrics", 501)
        .page(
            "/props",
            """
            {"default_generation_settings":{"n_ctx":16384},"total_slots":4,
             "model_path":"/home/me/models/tiny-q4.gguf","build_info":"b10519-0123abc"}
            """);

    ServerSnapshot snapshot = found();
    assertThat(snapshot.info())
        .isEqualTo(
            new ServerInfo(
                ServerKind.LLAMA_CPP,
                "b10519-0123abc",
                java.util.List.of(new ServedModel("tiny-q4.gguf", 16_384L, null, null)),
                Parallelism.UNKNOWN,
                4));
    assertThat(snapshot.problems()).isNotEmpty();
    assertThat(server.count("/slots")).as("it would show prompts").isZero();
  }

  @Test
  void readsWhatSglangTells() {
    server
        .page("/metrics", Pages.oldSglang(1, 1))
        .page(
            "/server_info",
            """
            {"version":"0.9.1","internal_states":[{"served_model_name":"org/tiny","tp_size":2,
             "pp_size":1,"dp_size":4,"ep_size":1,"quantization":"fp8","max_running_requests":128}]}
            """)
        .page(
            "/v1/models",
            "{\"data\":[{\"id\":\"org/tiny\",\"owned_by\":\"sglang\",\"max_model_len\":40960}]}");

    assertThat(found().info())
        .isEqualTo(
            new ServerInfo(
                ServerKind.SGLANG,
                "0.9.1",
                java.util.List.of(new ServedModel("org/tiny", 40_960L, "fp8", null)),
                new Parallelism(2, 1, 4, 1),
                128));
  }

  @Test
  void readsWhatTgiTells() {
    server
        .page("/metrics", Pages.tgi(1, 1))
        .page(
            "/info",
            """
            {"model_id":"org/tiny","version":"3.3.6","max_total_tokens":2048,
             "max_concurrent_requests":128,"docker_label":null}
            """);

    ServerSnapshot snapshot = found();
    assertThat(snapshot.info().version()).isEqualTo("3.3.6");
    assertThat(snapshot.info().models())
        .containsExactly(new ServedModel("org/tiny", 2048L, null, null));
    assertThat(snapshot.info().maxRequests()).isEqualTo(128);
  }

  @Test
  void tgisComputeTypeIsLearntFromAResponse() {
    server.page("/metrics", Pages.tgi(1, 1));
    try (ServerMonitor monitor = fast().server(server.url()).build()) {
      known(monitor);
      assertThat(
              monitor
                  .watch(request(server.port()))
                  .end(
                      LlmResponse.builder()
                          .header("x-compute-type", "2-nvidia-a100-sxm4-80gb")
                          .build())
                  .end()
                  .isKnown())
          .isTrue();

      await().until(() -> !latest(monitor).gpus().isEmpty());
      assertThat(latest(monitor).gpuMatch()).isEqualTo(GpuMatch.RESPONSE);
      assertThat(latest(monitor).gpus()).hasSize(2);
    }
  }

  @Test
  void knowsALiteLlmByItsHeader() {
    server.on(
        "/v1/models",
        exchange -> {
          exchange.getResponseHeaders().set("x-litellm-version", "1.80.0");
          PageServer.send(
              exchange, 200, "{\"data\":[{\"id\":\"gpt\"}]}".getBytes(StandardCharsets.US_ASCII));
        });

    assertThat(found().info().kind()).isEqualTo(ServerKind.LITELLM);
    assertThat(found().info().version()).isEqualTo("1.80.0");
  }

  @Test
  void gpusOfTheSameHostAreJoinedUnmatched() throws Exception {
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (PageServer gpus = new PageServer().page("/metrics", Pages.dcgm("hostname"));
        ServerMonitor monitor = fast().server(server.url()).gpus(gpus.url() + "/metrics").build()) {
      ServerSnapshot snapshot = known(monitor);

      assertThat(snapshot.gpuMatch()).isEqualTo(GpuMatch.HOST);
      assertThat(snapshot.gpus()).hasSize(1);
      assertThat(snapshot.problems()).isEmpty();
    }
  }

  @Test
  void nvidiaSmiOnThisMachineIsRunAndReadWithoutTheFieldItDoesNotKnow() throws Exception {
    Path smi =
        script(
            """
            #!/bin/sh
            case "$1" in
              *throttle*) echo 'Field "clocks_throttle_reasons.active" is not a valid field'; exit 2;;
              --query-gpu=*) printf 'index, uuid, name\\n0, GPU-a, NVIDIA L4\\n';;
              --query-compute-apps=*) printf 'gpu_uuid, pid, process_name\\nGPU-a, 42, /app/vllm\\n';;
            esac
            """);
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (ServerMonitor monitor =
        fast()
            .server(MonitoredServer.builder(server.url()).nvidiaSmi().process("vllm").build())
            .nvidiaSmiCommand(smi.toString())
            .build()) {
      await().until(() -> !latest(monitor).gpus().isEmpty());

      assertThat(latest(monitor).gpuMatch()).isEqualTo(GpuMatch.PROCESS);
      assertThat(latest(monitor).gpus().get(0).model()).isEqualTo("NVIDIA L4");
    }
  }

  @Test
  void nvidiaSmiThatHangsIsKilledAndDoesNotHoldTheServerUp() throws Exception {
    Path smi = script("#!/bin/sh\nexec sleep 600\n");
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (ServerMonitor monitor =
        fast()
            // the page has to come within it as well
            .timeout(Duration.ofSeconds(3))
            .server(server.url())
            .nvidiaSmi()
            .nvidiaSmiCommand(smi.toString())
            .build()) {
      ServerSnapshot snapshot = known(monitor);

      assertThat(snapshot.problems())
          .containsExactly("GPUs of " + smi + ": it did not end within 3000 ms");
    }
  }

  @Test
  void nvidiaSmiThatIsNotThereIsToldSo() {
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    try (ServerMonitor monitor =
        fast().server(server.url()).nvidiaSmi().nvidiaSmiCommand("/nowhere/nvidia-smi").build()) {
      assertThat(known(monitor).problems())
          .containsExactly("GPUs of /nowhere/nvidia-smi: it could not be run: IOException");
    }
  }

  @Test
  void anAllowedServerIsAskedOnceACallGoesThere() {
    server.page("/metrics", Pages.vllm(1, 5, 0.5, 1, 1));
    try (ServerMonitor monitor =
        fast().allow("http://127.0.0.1:" + server.port(), ServerKind.AUTO).build()) {
      assertThat(monitor.snapshots()).isEmpty();

      assertThat(known(monitor).load().waiting()).isEqualTo(5);
      assertThat(monitor.snapshots()).hasSize(1);
    }
  }

  @Test
  void aPatternAllowsSubdomainsAndNothingElse() {
    try (ServerMonitor monitor =
        fast().allow("http://*.gpu.example:8000", ServerKind.VLLM).build()) {
      assertThat(monitor.latest("a.gpu.example", 8000).reason()).startsWith("it was not asked yet");
      assertThat(monitor.latest("A.B.GPU.example", 8000).reason())
          .startsWith("it was not asked yet");
      for (String other :
          new String[] {
            "gpu.example", "xgpu.example", "a.gpu.example.evil", "a/.gpu.example", ""
          }) {
        assertThat(monitor.latest(other, 8000).reason())
            .as(other)
            .startsWith("this server is not monitored");
      }
      assertThat(monitor.latest("a.gpu.example", 8001).reason())
          .startsWith("no server of this host is monitored at the request's port");
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> fast().interval(Duration.ZERO))
        .hasMessage("interval must be between PT0.1S and PT10M, but was PT0S");
    assertThatThrownBy(() -> fast().interval(Duration.ofMinutes(5)).build())
        .hasMessage("maxAge must be at least the interval of PT5M, but was PT30S");
    assertThatThrownBy(() -> fast().server("gpu-1:8000"))
        .hasMessageStartingWith("url must be an http or https address with a host");
    assertThatThrownBy(() -> fast().server("http://me:hunter2@gpu-1:8000"))
        .hasMessageStartingWith("url must not carry credentials")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> fast().server("http://x y:hunter2@gpu"))
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> fast().bearerToken("http://gpu-1", "hunter2\n"))
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> fast().server("http://gpu-1").server("http://GPU-1:80/"))
        .hasMessage("server must be named once, but http://gpu-1:80 was named twice");
    assertThatThrownBy(() -> fast().allow("http://*.com:80", ServerKind.AUTO))
        .hasMessageStartingWith("pattern must name a domain of two labels or more");
    assertThatThrownBy(() -> fast().pool("http://lb"))
        .hasMessage("replicas must name 1 server or more, but was empty");
  }

  @Test
  void afterCloseNobodyIsAskedAndNothingThrows() {
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1));
    ServerMonitor monitor = fast().server(server.url()).build();
    monitor.close();
    monitor.close();

    assertThat(monitor.latest("127.0.0.1", server.port()).reason())
        .isEqualTo("the monitor is closed");
    assertThat(monitor.watch(request(server.port())).end(null).end().isKnown()).isFalse();
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void explainsInPlainWords() {
    server.page("/metrics", Pages.vllm(1, 1, 0.5, 1, 1)).page("/version", Pages.VLLM_VERSION);
    try (ServerMonitor monitor = fast().server(server.url()).build()) {
      assertThat(monitor.explain())
          .isEqualTo(
              "Server "
                  + server.url()
                  + ": unknown: it was not asked yet: monitoring starts with the first call, or"
                  + " after a pause.");
      known(monitor);
      assertThat(monitor.explain()).isEqualTo("Server " + server.url() + ": vLLM 0.32.0.");
    }
  }

  private static ServerMonitor.Builder fast() {
    return ServerMonitor.builder()
        .interval(Duration.ofMillis(100))
        .maxAge(Duration.ofSeconds(30))
        .timeout(Duration.ofSeconds(5));
  }

  private ServerSnapshot found() {
    try (ServerMonitor monitor = fast().server(server.url()).build()) {
      return known(monitor);
    }
  }

  private ServerSnapshot known(ServerMonitor monitor) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> latest(monitor), ServerSnapshot::isKnown);
  }

  private ServerSnapshot latest(ServerMonitor monitor) {
    return monitor.latest("127.0.0.1", server.port());
  }

  private static LlmRequest request(int port) {
    return LlmRequest.builder(LlmRequest.CHAT, "local").server("127.0.0.1", port).build();
  }

  private Path script(String text) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: no /bin/sh here");
    Path file = folder.resolve("fake-nvidia-smi");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }
}
