package dev.llmops.eval.report;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Need;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.Scale;
import dev.llmops.eval.report.EvalReport.DatasetRef;
import dev.llmops.eval.report.EvalReport.Ending;
import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.Power;
import dev.llmops.eval.stats.Verdict;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A whole {@link EvalReport} as JSON, and back: as one object, or as lines ({@link #writeLines}), a
 * header and then a {@link CaseRunJson} a line. A report that is written and read is equal in all
 * it says, apart from the recorded calls of its cases. Durations are in nanoseconds; bounds that
 * are not there are left out. Fields may be added in later versions; unknown ones are passed over.
 */
public final class ReportJson {

  static final String REPORT = "eval_report";
  static final String SUMMARY = "eval_summary";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SCHEMA = 1;

  private ReportJson() {}

  /** One object, a case run a line. */
  public static String write(EvalReport report) {
    StringBuilder text = new StringBuilder();
    String header = header(report, REPORT).toString();
    text.append(header, 0, header.length() - 1).append(",\n\"runs\":[");
    String comma = "\n";
    for (CaseRun run : report.runs()) {
      text.append(comma).append(CaseRunJson.write(run));
      comma = ",\n";
    }
    return text.append("\n]}\n").toString();
  }

  /** A header line, then a line a case run: for tools that read line by line. */
  public static String writeLines(EvalReport report) {
    StringBuilder text = new StringBuilder(header(report, REPORT).toString()).append('\n');
    report.runs().forEach(run -> text.append(CaseRunJson.write(run)).append('\n'));
    return text.toString();
  }

  /**
   * The report of either form.
   *
   * @throws IllegalArgumentException if it is none; the message says why, and quotes no content
   */
  public static EvalReport read(String json) {
    return read(new StringReader(json), "report");
  }

  /**
   * The report of a file of either form.
   *
   * @throws IllegalArgumentException if it is none; the message says why, and quotes no content
   * @throws UncheckedIOException if it cannot be read
   */
  public static EvalReport load(Path path) {
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      return read(reader, "report [" + path + "]");
    } catch (IOException e) {
      throw new UncheckedIOException("report [" + path + "] cannot be read", e);
    }
  }

  /** All but the runs, with a summary of each metric that readers of many reports use. */
  static ObjectNode header(EvalReport report, String type) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("type", type).put("schema", SCHEMA).put("name", report.name());
    root.put("run_id", report.runId());
    root.put("started", report.started().toString());
    root.put("elapsed_ns", report.elapsed().toNanos());
    root.putObject("dataset")
        .put("name", report.dataset().name())
        .put("version", report.dataset().version())
        .put("cases", report.dataset().cases());
    ObjectNode ending = root.putObject("ending").put("kind", report.ending().kind().name());
    if (report.ending().reason() != null) {
      ending.put("reason", report.ending().reason());
    }
    ArrayNode evaluators = root.putArray("evaluators");
    report.evaluators().forEach(each -> evaluators.add(spec(each)));
    ObjectNode info = root.putObject("info");
    report.info().forEach(info::put);
    ArrayNode metrics = root.putArray("run_metrics");
    for (RunResult each : report.runMetrics()) {
      ObjectNode metric = metrics.addObject();
      metric.set("by", spec(each.result().by()));
      metric.set("result", CaseRunJson.result(each.result()));
      ObjectNode details = metric.putObject("details");
      each.details().forEach(details::put);
    }
    ArrayNode gates = root.putArray("gates");
    report.gates().forEach(each -> gates.add(gate(each)));
    ArrayNode summary = root.putArray("summary");
    for (MetricSummary each : report.metrics()) {
      ObjectNode metric = summary.addObject().put("metric", each.by().name());
      metric.put("cases", each.cases()).put("scored", each.scored());
      metric.put("skipped", each.skipped()).put("errored", each.errored());
      number(metric, "mean", each.meanScore());
      if (each.interval() != null) {
        number(metric, "low", each.interval().low());
        number(metric, "high", each.interval().high());
      }
    }
    return root;
  }

  private static EvalReport read(Reader reader, String where) {
    try (JsonParser parser = JSON.createParser(reader)) {
      JsonNode root = JSON.readTree(parser);
      if (root == null
          || !root.path("type").asText().equals(REPORT)
          || root.path("schema").asInt() != SCHEMA) {
        throw new IllegalArgumentException(
            where
                + " must be an object with \"type\": \""
                + REPORT
                + "\" and \"schema\": "
                + SCHEMA);
      }
      List<EvaluatorSpec> evaluators = new ArrayList<>();
      root.path("evaluators").forEach(each -> evaluators.add(spec(each)));
      List<CaseRun> runs = new ArrayList<>();
      for (JsonNode run : root.path("runs")) {
        runs.add(CaseRunJson.read(run.toString(), evaluators));
      }
      // the form of lines: the runs follow
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        JsonNode line = JSON.readTree(parser);
        runs.add(CaseRunJson.read(line.toString(), evaluators));
      }
      return report(root, evaluators, runs);
    } catch (JsonProcessingException e) {
      // its message would quote content
      throw new IllegalArgumentException(
          where
              + " line "
              + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
              + ": not JSON");
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(where + ": \"started\" is not a time of ISO 8601");
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw new IllegalArgumentException(
          message.startsWith(where) ? message : where + ": " + message);
    } catch (IOException e) {
      throw new UncheckedIOException(where + " cannot be read", e);
    }
  }

  private static EvalReport report(
      JsonNode root, List<EvaluatorSpec> evaluators, List<CaseRun> runs) {
    Map<String, String> info = new LinkedHashMap<>();
    root.path("info").properties().forEach(e -> info.put(e.getKey(), e.getValue().asText()));
    List<RunResult> metrics = new ArrayList<>();
    for (JsonNode each : root.path("run_metrics")) {
      EvalResult result = CaseRunJson.result(each.path("result"), List.of(spec(each.path("by"))));
      Map<String, Double> details = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> detail : each.path("details").properties()) {
        // Jackson writes what is not finite as a text
        details.put(detail.getKey(), Double.valueOf(detail.getValue().asText()));
      }
      metrics.add(new RunResult(result, details));
    }
    List<GateResult> gates = new ArrayList<>();
    root.path("gates").forEach(each -> gates.add(gate(each)));
    JsonNode dataset = root.path("dataset");
    return EvalReport.builder(text(root, "name"))
        .runId(text(root, "run_id"))
        .time(
            Instant.parse(text(root, "started")),
            Duration.ofNanos(root.path("elapsed_ns").asLong()))
        .dataset(
            new DatasetRef(
                text(dataset, "name"), text(dataset, "version"), dataset.path("cases").asInt()))
        .ending(
            new Ending(
                Ending.Kind.valueOf(text(root.path("ending"), "kind")),
                orNull(root.path("ending"), "reason")))
        .evaluators(evaluators)
        .runs(runs)
        .runMetrics(metrics)
        .gates(gates)
        .info(info)
        .build();
  }

  private static ObjectNode spec(EvaluatorSpec spec) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", spec.name()).put("version", spec.version());
    ObjectNode settings = node.putObject("settings");
    spec.settings().forEach(settings::put);
    ObjectNode scale = node.putObject("scale").put("min", spec.scale().min());
    number(scale, "max", spec.scale().max());
    scale.put("direction", spec.scale().direction().name());
    number(scale, "half", spec.scale().half());
    ArrayNode needs = node.putArray("needs");
    spec.needs().forEach(each -> needs.add(each.name()));
    return node.put("cost_class", spec.costClass().name());
  }

  private static EvaluatorSpec spec(JsonNode node) {
    Map<String, String> settings = new LinkedHashMap<>();
    node.path("settings")
        .properties()
        .forEach(e -> settings.put(e.getKey(), e.getValue().asText()));
    JsonNode scale = node.path("scale");
    Double max = decimal(scale, "max");
    Set<Need> needs = EnumSet.noneOf(Need.class);
    node.path("needs").forEach(each -> needs.add(Need.valueOf(each.asText())));
    return new EvaluatorSpec(
        text(node, "name"),
        text(node, "version"),
        settings,
        new Scale(
            scale.path("min").asDouble(),
            max == null ? Double.POSITIVE_INFINITY : max,
            Scale.Direction.valueOf(text(scale, "direction")),
            decimal(scale, "half")),
        needs,
        EvaluatorSpec.CostClass.valueOf(text(node, "cost_class")));
  }

  private static ObjectNode gate(GateResult gate) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("gate", gate.gate()).put("metric", gate.metric());
    node.put("verdict", gate.verdict().name()).put("blocks", gate.blocks());
    node.put("explanation", gate.explanation());
    GateDecision decision = gate.decision();
    if (decision != null) {
      ObjectNode told = node.putObject("decision").put("gate", decision.gate());
      told.put("verdict", decision.verdict().name());
      number(told, "limit", decision.limit());
      number(told, "estimate", decision.estimate());
      Interval interval = decision.interval();
      if (interval != null) {
        ObjectNode of = told.putObject("interval");
        number(of, "low", interval.low());
        number(of, "high", interval.high());
        of.put("level", interval.level()).put("method", interval.method());
        if (interval.warning() != null) {
          of.put("warning", interval.warning());
        }
      }
      number(told, "p_value", decision.pValue());
      told.put("method", decision.method()).put("n", decision.n());
      Power power = decision.power();
      if (power != null) {
        ObjectNode of = told.putObject("power").put("n", power.n()).put("power", power.power());
        of.put("undecided", power.undecided());
        number(of, "detectable", power.detectable());
        if (power.cases() != null) {
          of.put("cases", power.cases());
        }
        of.put("exact", power.exact()).put("assumptions", power.assumptions());
      }
      told.put("explanation", decision.explanation());
    }
    return node;
  }

  private static GateResult gate(JsonNode node) {
    JsonNode told = node.path("decision");
    GateDecision decision = null;
    if (told.isObject()) {
      JsonNode interval = told.path("interval");
      JsonNode power = told.path("power");
      decision =
          new GateDecision(
              text(told, "gate"),
              Verdict.valueOf(text(told, "verdict")),
              told.path("limit").asDouble(),
              decimal(told, "estimate"),
              interval.isObject() ? interval(interval) : null,
              decimal(told, "p_value"),
              text(told, "method"),
              told.path("n").asInt(),
              power.isObject()
                  ? new Power(
                      power.path("n").asInt(),
                      power.path("power").asDouble(),
                      power.path("undecided").asDouble(),
                      decimal(power, "detectable"),
                      power.path("cases").isNumber() ? power.path("cases").asInt() : null,
                      power.path("exact").asBoolean(),
                      text(power, "assumptions"))
                  : null,
              text(told, "explanation"));
    }
    return new GateResult(
        text(node, "gate"),
        text(node, "metric"),
        Verdict.valueOf(text(node, "verdict")),
        node.path("blocks").asBoolean(),
        text(node, "explanation"),
        decision);
  }

  private static Interval interval(JsonNode node) {
    Double low = decimal(node, "low");
    Double high = decimal(node, "high");
    return new Interval(
        low == null ? Double.NEGATIVE_INFINITY : low,
        high == null ? Double.POSITIVE_INFINITY : high,
        node.path("level").asDouble(),
        text(node, "method"),
        orNull(node, "warning"));
  }

  static void number(ObjectNode node, String field, @Nullable Double value) {
    if (value != null && Double.isFinite(value)) {
      node.put(field, value);
    }
  }

  private static @Nullable Double decimal(JsonNode node, String field) {
    return node.path(field).isNumber() ? node.path(field).asDouble() : null;
  }

  private static String text(JsonNode node, String field) {
    if (!node.path(field).isTextual()) {
      throw new IllegalArgumentException("field \"" + field + "\" is missing");
    }
    return node.path(field).asText();
  }

  private static @Nullable String orNull(JsonNode node, String field) {
    return node.path(field).isTextual() ? node.path(field).asText() : null;
  }
}
