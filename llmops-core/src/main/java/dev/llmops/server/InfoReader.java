package dev.llmops.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what a server is from its endpoints and its metrics. */
final class InfoReader {

  private static final int MAX_MODELS = 100;

  private final Map<String, ServedModel> models = new LinkedHashMap<>();
  private @Nullable ServerKind kind;
  private @Nullable String version;
  private @Nullable Integer tensor;
  private @Nullable Integer pipeline;
  private @Nullable Integer data;
  private @Nullable Integer expert;
  private @Nullable Integer maxRequests;

  InfoReader(@Nullable ServerKind kind) {
    this.kind = kind;
  }

  @Nullable ServerKind kind() {
    return kind;
  }

  void kind(ServerKind found) {
    kind = found;
  }

  void version(@Nullable String told) {
    String text = Checks.text(told);
    version = text == null ? version : text;
  }

  /** The endpoints that tell what a server is; of a list the first that answers is enough. */
  static List<List<String>> endpoints(@Nullable ServerKind kind) {
    if (kind == null) {
      return List.of();
    }
    return switch (kind) {
      case AUTO -> List.of(List.of("/v1/models", "/api/version", "/props", "/info", "/v2"));
      case VLLM, TRTLLM_SERVE -> List.of(List.of("/v1/models"), List.of("/version"));
      case SGLANG -> List.of(List.of("/server_info", "/get_server_info"), List.of("/v1/models"));
      case TGI -> List.of(List.of("/info"));
      case TRITON -> List.of(List.of("/v2"));
      case LLAMA_CPP -> List.of(List.of("/props"));
      case OLLAMA -> List.of(List.of("/api/version"), List.of("/api/ps"));
      case NIM, LMDEPLOY, RAY_SERVE, LITELLM -> List.of(List.of("/v1/models"));
    };
  }

  /** Reads an answer; what is not where it is expected is passed over. */
  void read(String path, JsonNode body) {
    switch (path) {
      case "/v1/models" -> models(body);
      case "/version" -> version(text(body, "version"));
      case "/server_info", "/get_server_info" -> sglang(body);
      case "/info" -> tgi(body);
      case "/v2" -> {
        if (body.hasNonNull("extensions")) {
          found(ServerKind.TRITON);
          version(text(body, "version"));
        }
      }
      case "/props" -> llamaCpp(body);
      case "/api/version" -> {
        if (text(body, "version") != null) {
          found(ServerKind.OLLAMA);
          version(text(body, "version"));
        }
      }
      case "/api/ps" -> ollama(body);
      default -> throw new IllegalArgumentException("path must be an endpoint, but was " + path);
    }
  }

  /** What is known of a server, with what its metrics page says. */
  static ServerInfo with(ServerInfo known, EngineReading reading) {
    InfoReader reader = new InfoReader(reading.kind());
    known.models().forEach(each -> reader.models.put(each.id(), each));
    for (String name : reading.models()) {
      reader.add(Checks.text(name), null, null, null);
    }
    Parallelism parallelism = known.parallelism();
    Integer data = parallelism.data();
    if (data == null && reading.engines() > 0) {
      data = reading.engines();
    }
    Integer maxRequests = known.maxRequests();
    if (maxRequests == null && reading.maxRequests() >= 1) {
      maxRequests = (int) reading.maxRequests();
    }
    return new ServerInfo(
        reading.kind(),
        known.version(),
        List.copyOf(reader.models.values()),
        new Parallelism(parallelism.tensor(), parallelism.pipeline(), data, parallelism.expert()),
        maxRequests);
  }

  ServerInfo info() {
    return new ServerInfo(
        kind,
        version,
        List.copyOf(models.values()),
        new Parallelism(tensor, pipeline, data, expert),
        maxRequests);
  }

  private void found(ServerKind found) {
    if (kind == null) {
      kind = found;
    }
  }

  private void models(JsonNode body) {
    for (JsonNode each : body.path("data")) {
      String owner = each.path("owned_by").asText("");
      switch (owner) {
        case "vllm" -> found(ServerKind.VLLM);
        case "sglang" -> found(ServerKind.SGLANG);
        case "llamacpp" -> found(ServerKind.LLAMA_CPP);
        default -> {
          // a model's author, or a proxy's idea of one
        }
      }
      add(text(each, "id"), positive(each, "max_model_len"), null, null);
    }
  }

  private void sglang(JsonNode body) {
    JsonNode state = body.path("internal_states").path(0);
    found(ServerKind.SGLANG);
    version(text(body, "version"));
    add(
        text(either(body, state, "served_model_name"), null),
        positive(either(body, state, "context_length"), null),
        text(either(body, state, "quantization"), null),
        null);
    tensor = small(either(body, state, "tp_size"));
    pipeline = small(either(body, state, "pp_size"));
    data = small(either(body, state, "dp_size"));
    expert = small(either(body, state, "ep_size"));
    maxRequests = small(either(body, state, "max_running_requests"));
  }

  private void tgi(JsonNode body) {
    String model = text(body, "model_id");
    if (model == null) {
      return;
    }
    found(ServerKind.TGI);
    version(text(body, "version"));
    add(model, positive(body, "max_total_tokens"), null, null);
    maxRequests = small(body.path("max_concurrent_requests"));
  }

  private void llamaCpp(JsonNode body) {
    JsonNode settings = body.path("default_generation_settings");
    if (settings.isMissingNode()) {
      return;
    }
    found(ServerKind.LLAMA_CPP);
    version(text(body, "build_info"));
    String alias = text(body, "model_alias");
    add(
        alias == null ? fileName(text(body, "model_path")) : alias,
        positive(settings, "n_ctx"),
        null,
        null);
    maxRequests = small(body.path("total_slots"));
  }

  private void ollama(JsonNode body) {
    for (JsonNode each : body.path("models")) {
      double size = each.path("size").asDouble(0);
      JsonNode vram = each.path("size_vram");
      Double share =
          size > 0 && vram.isNumber() && vram.asDouble() >= 0
              ? Double.valueOf(Math.min(1, vram.asDouble() / size))
              : null;
      add(
          text(each, "name"),
          positive(each, "context_length"),
          text(each.path("details"), "quantization_level"),
          share);
    }
  }

  private void add(
      @Nullable String id,
      @Nullable Long contextLength,
      @Nullable String quantization,
      @Nullable Double gpuShare) {
    if (id == null || (models.size() >= MAX_MODELS && !models.containsKey(id))) {
      return;
    }
    ServedModel known = models.get(id);
    models.put(
        id,
        known == null
            ? new ServedModel(id, contextLength, quantization, gpuShare)
            : new ServedModel(
                id,
                known.contextLength() == null ? contextLength : known.contextLength(),
                known.quantization() == null ? quantization : known.quantization(),
                known.gpuShare() == null ? gpuShare : known.gpuShare()));
  }

  private static JsonNode either(JsonNode a, JsonNode b, String field) {
    return a.hasNonNull(field) ? a.path(field) : b.path(field);
  }

  private static @Nullable String text(JsonNode node, @Nullable String field) {
    JsonNode value = field == null ? node : node.path(field);
    return value.isTextual() ? Checks.text(value.textValue()) : null;
  }

  private static @Nullable Long positive(JsonNode node, @Nullable String field) {
    JsonNode value = field == null ? node : node.path(field);
    return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() > 0
        ? Long.valueOf(value.longValue())
        : null;
  }

  private static @Nullable Integer small(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0
        ? Integer.valueOf(value.intValue())
        : null;
  }

  /** Only the name: a path tells of the machine it is on. */
  private static @Nullable String fileName(@Nullable String path) {
    return path == null
        ? null
        : Checks.text(path.substring(path.replace('\\', '/').lastIndexOf('/') + 1));
  }
}
