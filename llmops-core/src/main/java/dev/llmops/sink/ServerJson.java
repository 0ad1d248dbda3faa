package dev.llmops.sink;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.llmops.server.Gpu;
import dev.llmops.server.Parallelism;
import dev.llmops.server.ServedModel;
import dev.llmops.server.ServerFacts;
import dev.llmops.server.ServerInfo;
import dev.llmops.server.ServerKind;
import dev.llmops.server.ServerLoad;
import dev.llmops.server.ServerPhase;
import dev.llmops.server.ServerSnapshot;
import dev.llmops.server.ServerTiming;
import dev.llmops.sink.RecordDecoder.Unreadable;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The server behind a call and what it told of its time, as fields of a line and back. What is
 * absent is left out; unknown fields and unknown values of an enum are passed over.
 */
final class ServerJson {

  private static final int MAX_ENTRIES = 1_000;
  private static final int MAX_DEPTH = 2; // a pool has replicas, a replica has none

  private ServerJson() {}

  static void write(JsonGenerator json, @Nullable ServerFacts facts) throws IOException {
    if (facts == null) {
      return;
    }
    json.writeObjectFieldStart("server");
    json.writeFieldName("start");
    write(json, facts.start());
    nanos(json, "startAgeNanos", facts.startAge());
    if (!facts.end().equals(facts.start())) { // most calls are shorter than the interval
      json.writeFieldName("end");
      write(json, facts.end());
    }
    nanos(json, "endAgeNanos", facts.endAge());
    json.writeEndObject();
  }

  static void write(JsonGenerator json, @Nullable ServerTiming timing) throws IOException {
    if (timing == null) {
      return;
    }
    json.writeObjectFieldStart("serverTiming");
    json.writeStringField("source", timing.source());
    json.writeObjectFieldStart("phaseNanos");
    for (Map.Entry<ServerPhase, Duration> each : timing.phases().entrySet()) {
      json.writeNumberField(lower(each.getKey()), each.getValue().toNanos());
    }
    json.writeEndObject();
    nanos(json, "totalNanos", timing.total());
    nanos(json, "untilAnswerNanos", timing.untilAnswer());
    text(json, "inconsistency", timing.inconsistency());
    json.writeEndObject();
  }

  static ServerFacts facts(JsonNode node) throws Unreadable {
    ServerSnapshot start = snapshot(node.path("start"), 0);
    Duration startAge = nanos(node, "startAgeNanos");
    ServerSnapshot end = node.has("end") ? snapshot(node.path("end"), 0) : start;
    return ServerFacts.of(start, startAge, end, nanos(node, "endAgeNanos"));
  }

  static ServerTiming timing(JsonNode node) throws Unreadable {
    Map<ServerPhase, Duration> phases = new EnumMap<>(ServerPhase.class);
    for (ServerPhase phase : ServerPhase.values()) {
      Duration took = nanos(node.path("phaseNanos"), lower(phase));
      if (took != null) {
        phases.put(phase, took);
      }
    }
    String source = text(node, "source");
    return new ServerTiming(
        source == null ? "" : source,
        phases,
        nanos(node, "totalNanos"),
        nanos(node, "untilAnswerNanos"),
        text(node, "inconsistency"));
  }

  private static void write(JsonGenerator json, ServerSnapshot snapshot) throws IOException {
    json.writeStartObject();
    json.writeStringField("server", snapshot.server());
    json.writeStringField("match", lower(snapshot.match()));
    text(json, "reason", snapshot.reason());
    text(json, "takenAt", snapshot.takenAt() == null ? null : snapshot.takenAt().toString());
    write(json, snapshot.info());
    write(json, "load", snapshot.load());
    if (!snapshot.least().equals(snapshot.load())) {
      write(json, "least", snapshot.least());
    }
    if (snapshot.gpuMatch() != ServerSnapshot.GpuMatch.NONE) {
      json.writeStringField("gpuMatch", lower(snapshot.gpuMatch()));
    }
    if (!snapshot.gpus().isEmpty()) {
      json.writeArrayFieldStart("gpus");
      for (Gpu gpu : snapshot.gpus()) {
        write(json, gpu);
      }
      json.writeEndArray();
    }
    if (!snapshot.replicas().isEmpty()) {
      json.writeArrayFieldStart("replicas");
      for (ServerSnapshot replica : snapshot.replicas()) {
        write(json, replica);
      }
      json.writeEndArray();
    }
    texts(json, "problems", snapshot.problems());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ServerInfo info) throws IOException {
    if (info.equals(ServerInfo.UNKNOWN)) {
      return;
    }
    json.writeObjectFieldStart("info");
    text(json, "kind", info.kind() == null ? null : lower(info.kind()));
    text(json, "version", info.version());
    if (!info.models().isEmpty()) {
      json.writeArrayFieldStart("models");
      for (ServedModel model : info.models()) {
        json.writeStartObject();
        json.writeStringField("id", model.id());
        number(json, "contextLength", model.contextLength());
        text(json, "quantization", model.quantization());
        number(json, "gpuShare", model.gpuShare());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    if (!info.parallelism().equals(Parallelism.UNKNOWN)) {
      json.writeObjectFieldStart("parallelism");
      number(json, "tensor", info.parallelism().tensor());
      number(json, "pipeline", info.parallelism().pipeline());
      number(json, "data", info.parallelism().data());
      number(json, "expert", info.parallelism().expert());
      json.writeEndObject();
    }
    number(json, "maxRequests", info.maxRequests());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String field, ServerLoad load) throws IOException {
    if (load.equals(ServerLoad.UNKNOWN) && field.equals("load")) {
      return;
    }
    json.writeObjectFieldStart(field);
    number(json, "running", load.running());
    number(json, "waiting", load.waiting());
    number(json, "kvCacheUse", load.kvCacheUse());
    number(json, "prefixCacheHitRate", load.prefixCacheHitRate());
    number(json, "preemptionsPerSecond", load.preemptionsPerSecond());
    number(json, "promptTokensPerSecond", load.promptTokensPerSecond());
    number(json, "generationTokensPerSecond", load.generationTokensPerSecond());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Gpu gpu) throws IOException {
    json.writeStartObject();
    text(json, "uuid", gpu.uuid());
    number(json, "index", gpu.index());
    text(json, "model", gpu.model());
    text(json, "host", gpu.host());
    text(json, "pod", gpu.pod());
    number(json, "utilization", gpu.utilization());
    number(json, "engineActivity", gpu.engineActivity());
    number(json, "tensorActivity", gpu.tensorActivity());
    number(json, "dramActivity", gpu.dramActivity());
    number(json, "memoryUsedBytes", gpu.memoryUsedBytes());
    number(json, "memoryTotalBytes", gpu.memoryTotalBytes());
    number(json, "powerWatts", gpu.powerWatts());
    number(json, "powerLimitWatts", gpu.powerLimitWatts());
    number(json, "temperatureCelsius", gpu.temperatureCelsius());
    number(json, "smClockHz", gpu.smClockHz());
    number(json, "memoryClockHz", gpu.memoryClockHz());
    Set<Gpu.Throttle> throttling = gpu.throttling();
    if (throttling != null) { // even if empty: absent says that it is not told
      json.writeArrayFieldStart("throttling");
      for (Gpu.Throttle each : Gpu.Throttle.values()) {
        if (throttling.contains(each)) {
          json.writeString(lower(each));
        }
      }
      json.writeEndArray();
    }
    number(json, "lastXid", gpu.lastXid());
    text(json, "migProfile", gpu.migProfile());
    text(json, "migInstance", gpu.migInstance());
    json.writeEndObject();
  }

  private static ServerSnapshot snapshot(JsonNode node, int depth) throws Unreadable {
    String server = text(node, "server");
    ServerSnapshot.Match match = word(node, "match", ServerSnapshot.Match.class);
    if (server == null || match == null) {
      throw wrong(server == null ? "server" : "match");
    }
    ServerLoad load = load(node.path("load"));
    ServerSnapshot.GpuMatch gpuMatch = word(node, "gpuMatch", ServerSnapshot.GpuMatch.class);
    List<Gpu> gpus = new ArrayList<>();
    for (JsonNode each : bounded(node.path("gpus"))) {
      gpus.add(gpu(each));
    }
    List<ServerSnapshot> replicas = new ArrayList<>();
    if (depth + 1 < MAX_DEPTH) {
      for (JsonNode each : bounded(node.path("replicas"))) {
        replicas.add(snapshot(each, depth + 1));
      }
    }
    return new ServerSnapshot(
        server,
        match,
        text(node, "reason"),
        instant(node, "takenAt"),
        info(node.path("info")),
        load,
        node.has("least") ? load(node.path("least")) : load,
        gpuMatch == null ? ServerSnapshot.GpuMatch.NONE : gpuMatch,
        gpus,
        replicas,
        texts(node.path("problems")));
  }

  private static ServerInfo info(JsonNode node) throws Unreadable {
    List<ServedModel> models = new ArrayList<>();
    for (JsonNode each : bounded(node.path("models"))) {
      String id = text(each, "id");
      if (id == null) {
        throw wrong("id");
      }
      models.add(
          new ServedModel(
              id,
              whole(each, "contextLength"),
              text(each, "quantization"),
              real(each, "gpuShare")));
    }
    JsonNode spread = node.path("parallelism");
    ServerKind kind = word(node, "kind", ServerKind.class);
    return new ServerInfo(
        kind == ServerKind.AUTO ? null : kind,
        text(node, "version"),
        models,
        new Parallelism(
            small(spread, "tensor"),
            small(spread, "pipeline"),
            small(spread, "data"),
            small(spread, "expert")),
        small(node, "maxRequests"));
  }

  private static ServerLoad load(JsonNode node) throws Unreadable {
    return new ServerLoad(
        whole(node, "running"),
        whole(node, "waiting"),
        real(node, "kvCacheUse"),
        real(node, "prefixCacheHitRate"),
        real(node, "preemptionsPerSecond"),
        real(node, "promptTokensPerSecond"),
        real(node, "generationTokensPerSecond"));
  }

  private static Gpu gpu(JsonNode node) throws Unreadable {
    Set<Gpu.Throttle> throttling = null;
    if (node.has("throttling")) {
      throttling = EnumSet.noneOf(Gpu.Throttle.class);
      for (String name : texts(node.path("throttling"))) {
        for (Gpu.Throttle each : Gpu.Throttle.values()) {
          if (lower(each).equals(name)) {
            throttling.add(each);
          }
        }
      }
    }
    return new Gpu(
        text(node, "uuid"),
        small(node, "index"),
        text(node, "model"),
        text(node, "host"),
        text(node, "pod"),
        real(node, "utilization"),
        real(node, "engineActivity"),
        real(node, "tensorActivity"),
        real(node, "dramActivity"),
        whole(node, "memoryUsedBytes"),
        whole(node, "memoryTotalBytes"),
        real(node, "powerWatts"),
        real(node, "powerLimitWatts"),
        real(node, "temperatureCelsius"),
        whole(node, "smClockHz"),
        whole(node, "memoryClockHz"),
        throttling,
        small(node, "lastXid"),
        text(node, "migProfile"),
        text(node, "migInstance"));
  }

  private static List<JsonNode> bounded(JsonNode list) {
    List<JsonNode> some = new ArrayList<>(Math.min(list.size(), MAX_ENTRIES));
    for (JsonNode each : list) {
      if (some.size() < MAX_ENTRIES) {
        some.add(each);
      }
    }
    return some;
  }

  private static List<String> texts(JsonNode list) throws Unreadable {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : bounded(list)) {
      if (!each.isTextual()) {
        throw wrong("problems");
      }
      texts.add(each.textValue());
    }
    return texts;
  }

  private static @Nullable String text(JsonNode node, String field) throws Unreadable {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrong(field);
    }
    return value.textValue();
  }

  private static @Nullable Long whole(JsonNode node, String field) throws Unreadable {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(field);
    }
    return value.longValue();
  }

  private static @Nullable Integer small(JsonNode node, String field) throws Unreadable {
    Long value = whole(node, field);
    if (value != null && value != value.intValue()) {
      throw wrong(field);
    }
    return value == null ? null : Integer.valueOf(value.intValue());
  }

  private static @Nullable Double real(JsonNode node, String field) throws Unreadable {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isNumber()) {
      throw wrong(field);
    }
    return value.doubleValue();
  }

  private static @Nullable Duration nanos(JsonNode node, String field) throws Unreadable {
    Long nanos = whole(node, field);
    if (nanos != null && nanos < 0) {
      throw wrong(field);
    }
    return nanos == null ? null : Duration.ofNanos(nanos);
  }

  private static @Nullable Instant instant(JsonNode node, String field) throws Unreadable {
    String text = text(node, field);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw wrong(field);
    }
  }

  private static <E extends Enum<E>> @Nullable E word(JsonNode node, String field, Class<E> type)
      throws Unreadable {
    String name = text(node, field);
    for (E each : type.getEnumConstants()) {
      if (lower(each).equals(name)) {
        return each;
      }
    }
    return null;
  }

  private static Unreadable wrong(String field) {
    return new Unreadable("field \"" + field + "\" of the server is missing or of another kind");
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void text(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }

  private static void texts(JsonGenerator json, String field, Collection<String> values)
      throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (String value : values) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
  }

  private static void number(JsonGenerator json, String field, @Nullable Number value)
      throws IOException {
    if (value instanceof Double real) {
      if (Double.isFinite(real)) {
        json.writeNumberField(field, real);
      }
    } else if (value != null) {
      json.writeNumberField(field, value.longValue());
    }
  }

  private static void nanos(JsonGenerator json, String field, @Nullable Duration duration)
      throws IOException {
    if (duration != null) {
      json.writeNumberField(field, duration.toNanos());
    }
  }
}
