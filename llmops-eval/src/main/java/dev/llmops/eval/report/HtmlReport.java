package dev.llmops.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llmops.Cost;
import dev.llmops.Message;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.RunMetric.RunResult;
import dev.llmops.eval.Scale;
import dev.llmops.eval.stats.GateDecision;
import dev.llmops.eval.stats.Interval;
import dev.llmops.eval.stats.Power;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One file that needs nothing else: skeleton, style and script are plain resources beside this
 * class, the data is JSON in a block that no browser runs. Whatever the model wrote stays data: it
 * is escaped in the block and set as text by the script, and the content security policy lets only
 * our own script and style run, by their hashes.
 */
final class HtmlReport {

  /** Of one text; the JSON has all of it. */
  private static final int MAX_TEXT = 20_000;

  private static final int MAX_DOCUMENT = 4_000;
  private static final int MAX_DOCUMENTS = 20;
  private static final int MAX_ROWS = 50;

  private final EvalReport report;
  private final Standing standing;
  private final Map<String, Double> thresholds;
  private final List<Comparison> comparisons;
  private final Triage triage;
  private final History history;

  HtmlReport(
      EvalReport report,
      Standing standing,
      Map<String, Double> thresholds,
      List<Comparison> comparisons,
      Triage triage,
      History history) {
    this.report = report;
    this.standing = standing;
    this.thresholds = thresholds;
    this.comparisons = comparisons;
    this.triage = triage;
    this.history = history;
  }

  String text() {
    String style = resource("report.css");
    String script = resource("report.js");
    String policy =
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '"
            + hash(style)
            + "'; script-src '"
            + hash(script)
            + "'";
    Map<String, String> parts =
        Map.of(
            "policy", policy,
            "title", escaped(report.name()),
            "style", style,
            "data", inScript(data().toString()),
            "script", script);
    // in one pass: what is put in may look like a mark itself
    StringBuilder page = new StringBuilder();
    String skeleton = resource("report.html");
    int at = 0;
    for (int mark = skeleton.indexOf("{{"); mark >= 0; mark = skeleton.indexOf("{{", at)) {
      int end = skeleton.indexOf("}}", mark);
      page.append(skeleton, at, mark)
          .append(Objects.requireNonNull(parts.get(skeleton.substring(mark + 2, end))));
      at = end + 2;
    }
    return page.append(skeleton, at, skeleton.length()).toString();
  }

  private ObjectNode data() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("name", report.name()).put("runId", report.runId());
    root.put("started", report.started().toString());
    root.put("elapsed", report.elapsed().toMillis());
    root.putObject("dataset")
        .put("name", report.dataset().name())
        .put("version", report.dataset().version())
        .put("cases", report.dataset().cases());
    root.put("ending", report.ending().kind().name());
    root.put("endingReason", report.ending().reason());
    ObjectNode info = root.putObject("info");
    report.info().forEach(info::put);
    root.put("verdict", Overall.of(report).name());
    root.put("command", Triage.commandStart(report.name()));
    root.set("taskSpend", spend(report.taskSpend()));
    root.set("evaluatorSpend", spend(report.evaluatorSpend()));
    ArrayNode gates = root.putArray("gates");
    report.gates().forEach(each -> gates.add(gate(each)));
    ArrayNode metrics = root.putArray("metrics");
    report.metrics().forEach(each -> metrics.add(metric(each)));
    ArrayNode overall = root.putArray("runMetrics");
    report.runMetrics().forEach(each -> overall.add(runMetric(each)));
    history(root);
    triage(root.putObject("triage"));
    cases(root.putArray("cases"));
    return root;
  }

  private ObjectNode gate(GateResult gate) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("gate", gate.gate()).put("metric", gate.metric());
    node.put("verdict", gate.verdict().name()).put("blocks", gate.blocks());
    node.put("explanation", gate.explanation());
    GateDecision decision = gate.decision();
    if (decision != null) {
      node.put("n", decision.n()).put("method", decision.method()).put("limit", decision.limit());
      ReportJson.number(node, "estimate", decision.estimate());
      ReportJson.number(node, "p", decision.pValue());
      interval(node, decision.interval());
      Power power = decision.power();
      if (power != null) {
        node.put("power", power.power()).put("undecided", power.undecided());
        ReportJson.number(node, "detectable", power.detectable());
        node.put("assumptions", power.assumptions()).put("exact", power.exact());
        if (power.cases() != null) {
          node.put("needed", power.cases());
        }
      }
      Integer missing = decision.casesMissing();
      if (missing != null) {
        node.put("missing", missing);
      }
    }
    return node;
  }

  private ObjectNode metric(MetricSummary summary) {
    EvaluatorSpec by = summary.by();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", by.name()).put("signature", by.signature());
    node.put("lower", by.scale().direction() == Scale.Direction.LOWER_IS_BETTER);
    node.put("binary", summary.binary()).put("decides", standing.decides(by.name()));
    ReportJson.number(node, "threshold", thresholds.get(by.name()));
    node.put("cases", summary.cases()).put("scored", summary.scored());
    node.put("skipped", summary.skipped()).put("errored", summary.errored());
    ReportJson.number(node, "mean", summary.meanScore());
    ReportJson.number(node, "raw", summary.meanRaw());
    interval(node, summary.interval());
    for (Comparison each : comparisons) {
      if (each.metric().equals(by.name())) {
        node.set("base", comparison(each));
      }
    }
    return node;
  }

  private static ObjectNode comparison(Comparison comparison) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (comparison.why() != null) {
      return node.put("why", comparison.why());
    }
    node.put("n", comparison.cases()).put("note", comparison.note());
    node.put("before", comparison.before()).put("now", comparison.now());
    node.put("lost", comparison.lost().size()).put("gained", comparison.gained().size());
    interval(node, comparison.difference());
    if (comparison.test() != null) {
      node.put("p", comparison.test().pValue()).put("test", comparison.test().method());
    }
    return node;
  }

  private static ObjectNode runMetric(RunResult metric) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", metric.result().by().name());
    if (metric.result() instanceof Scored scored) {
      node.put("score", scored.score()).put("raw", scored.raw());
    }
    node.put("reason", cut(metric.result().reason(), MAX_TEXT));
    ObjectNode details = node.putObject("details");
    metric.details().forEach((name, value) -> ReportJson.number(details, name, value));
    return node;
  }

  private void history(ObjectNode root) {
    ArrayNode all = root.putArray("history");
    root.put("historyUnreadable", history.unreadable());
    for (JsonNode run : history.runs()) {
      ObjectNode node = all.addObject();
      node.put("started", run.path("started").asText()).put("runId", run.path("run_id").asText());
      boolean fail = false;
      boolean undecided = false;
      for (JsonNode gate : run.path("gates")) {
        fail |= gate.path("verdict").asText().equals("FAIL");
        undecided |= gate.path("verdict").asText().equals("UNDECIDED");
      }
      node.put(
          "verdict",
          run.path("gates").isEmpty() ? "NONE" : fail ? "FAIL" : undecided ? "UNDECIDED" : "PASS");
      ObjectNode means = node.putObject("means");
      for (JsonNode metric : run.path("summary")) {
        if (metric.path("mean").isNumber()) {
          ArrayNode mean = means.putArray(metric.path("metric").asText());
          mean.add(metric.path("mean").asDouble());
          mean.add(metric.path("low").asDouble(metric.path("mean").asDouble()));
          mean.add(metric.path("high").asDouble(metric.path("mean").asDouble()));
        }
      }
    }
  }

  private void triage(ObjectNode node) {
    ArrayNode slices = node.putArray("slices");
    triage.slices().stream()
        .limit(MAX_ROWS)
        .forEach(
            each -> {
              ObjectNode slice = slices.addObject();
              slice.put("slice", each.slice()).put("metric", each.metric());
              slice.put("cases", each.cases()).put("failing", each.failing());
              slice.put("mean", each.mean()).put("rest", each.rest());
              slice.put("p", each.pValue()).put("adjusted", each.adjusted());
            });
    ArrayNode reasons = node.putArray("reasons");
    triage.reasons().stream()
        .limit(MAX_ROWS)
        .forEach(
            each -> {
              ObjectNode reason = reasons.addObject();
              reason.put("metric", each.metric()).put("reason", each.reason());
              reason.put("runs", each.runs()).put("cases", each.cases());
              ArrayNode examples = reason.putArray("examples");
              each.examples().forEach(examples::add);
            });
  }

  private void cases(ArrayNode all) {
    Map<String, Integer> index = new HashMap<>();
    for (EvaluatorSpec each : report.evaluators()) {
      index.put(each.name(), index.size());
    }
    Map<String, ArrayNode> changes = new HashMap<>();
    for (Comparison each : comparisons) {
      changes(changes, index, each.lost(), -1);
      changes(changes, index, each.gained(), 1);
    }
    standing
        .cases()
        .forEach(
            (id, runs) -> {
              ObjectNode node = all.addObject();
              asked(node, runs.get(0).evalCase());
              node.put("s", standing.of(runs).ordinal());
              if (standing.flaky(runs)) {
                node.put("f", 1);
              }
              if (changes.containsKey(id)) {
                node.set("ch", changes.get(id));
              }
              String command = triage.command(id);
              if (command == null) {
                node.put("cmd", 0);
              } else if (!command.endsWith("=" + id)) {
                node.put("cmd", command);
              }
              ArrayNode told = node.putArray("r");
              runs.forEach(run -> told.add(run(run)));
            });
  }

  private static void changes(
      Map<String, ArrayNode> all, Map<String, Integer> index, List<Triage.Change> some, int way) {
    for (Triage.Change change : some) {
      all.computeIfAbsent(change.caseId(), id -> JsonNodeFactory.instance.arrayNode())
          .addArray()
          .add(index.get(change.metric()))
          .add(change.before())
          .add(change.now())
          .add(way);
    }
  }

  private static void asked(ObjectNode node, EvalCase evalCase) {
    node.put("i", evalCase.id());
    texts(node, "t", List.copyOf(evalCase.tags()));
    if (!evalCase.metadata().isEmpty()) {
      ObjectNode metadata = node.putObject("m");
      evalCase.metadata().forEach((key, value) -> metadata.put(key, cut(value, MAX_DOCUMENT)));
    }
    if (evalCase.input() != null) {
      node.put("q", cut(evalCase.input(), MAX_TEXT));
    }
    if (!evalCase.messages().isEmpty()) {
      ArrayNode messages = node.putArray("ms");
      for (Message message : evalCase.messages().stream().limit(MAX_ROWS).toList()) {
        messages.addArray().add(message.role()).add(cut(message.text(), MAX_DOCUMENT));
      }
    }
    texts(node, "e", evalCase.references());
    if (!evalCase.context().isEmpty()) {
      ArrayNode documents = node.putArray("c");
      for (EvalCase.Document document : evalCase.context().stream().limit(MAX_DOCUMENTS).toList()) {
        documents.addArray().add(document.id()).add(cut(document.text(), MAX_DOCUMENT));
      }
    }
    toolCalls(node, "et", evalCase.expectedToolCalls());
  }

  private ObjectNode run(CaseRun run) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (run.evalCase().output() != null) {
      node.put("o", cut(run.evalCase().output(), MAX_TEXT));
    }
    toolCalls(node, "tc", run.evalCase().toolCalls());
    if (run.latency() != null) {
      node.put("l", run.latency().toNanos() / 1_000_000.0);
    }
    CaseRun.TaskError error = run.error();
    if (error != null) {
      node.putArray("e").add(error.type()).add(error.message());
    }
    if (!run.spend().equals(Spend.NONE)) {
      node.set("k", spend(run.spend()));
    }
    if (!run.calls().isEmpty()) {
      String trace = run.calls().get(run.calls().size() - 1).traceId();
      node.put("tr", trace);
    }
    ArrayNode results = node.putArray("x");
    for (EvaluatorSpec by : report.evaluators()) {
      EvalResult result = run.result(by.name());
      ArrayNode told = results.addArray();
      if (result == null) {
        continue;
      }
      told.add(standing.of(result).ordinal());
      if (result instanceof Scored scored) {
        told.add(scored.score()).add(scored.raw());
      } else {
        told.addNull().addNull();
      }
      told.add(
          cut(
              result instanceof EvalResult.Errored errored
                  ? errored.type() + ": " + errored.reason()
                  : result.reason(),
              MAX_DOCUMENT));
      if (result instanceof Scored scored && scored.label() != null) {
        told.add(cut(scored.label(), MAX_DOCUMENT));
      }
    }
    return node;
  }

  private static ObjectNode spend(Spend spend) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("calls", spend.calls());
    if (spend.usage().inputTokens() != null) {
      node.put("in", spend.usage().inputTokens());
    }
    if (spend.usage().outputTokens() != null) {
      node.put("out", spend.usage().outputTokens());
    }
    Cost cost = spend.cost();
    if (cost != null) {
      node.put("cost", cost.amount().doubleValue()).put("currency", cost.currency());
    }
    return node;
  }

  private static void interval(ObjectNode node, @Nullable Interval interval) {
    if (interval != null) {
      ReportJson.number(node, "low", interval.low());
      ReportJson.number(node, "high", interval.high());
      node.put("level", interval.level()).put("intervalMethod", interval.method());
      if (interval.warning() != null) {
        node.put("warning", interval.warning());
      }
    }
  }

  private static void texts(ObjectNode node, String field, List<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode all = node.putArray(field);
      texts.stream().limit(MAX_ROWS).forEach(each -> all.add(cut(each, MAX_TEXT)));
    }
  }

  private static void toolCalls(ObjectNode node, String field, @Nullable List<ToolCall> calls) {
    if (calls != null) {
      ArrayNode all = node.putArray(field);
      calls.stream()
          .limit(MAX_ROWS)
          .forEach(
              each ->
                  all.addArray()
                      .add(each.name())
                      .add(cut(String.valueOf(each.arguments()), MAX_DOCUMENT)));
    }
  }

  private static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
    return text.substring(0, end) + "… (" + (text.length() - end) + " more; see report.json)";
  }

  /** JSON that cannot end its script block, nor be anything but JSON in it. */
  static String inScript(String json) {
    StringBuilder safe = new StringBuilder(json.length() + 1_000);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '<'
          || c == '>'
          || c == '&'
          || c == '\u2028'
          || c == '\u2029'
          || (Character.isSurrogate(c) && !paired(json, i))) {
        safe.append(String.format("\\u%04x", (int) c));
      } else {
        safe.append(c);
      }
    }
    return safe.toString();
  }

  private static boolean paired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      // a browser hashes what its parser made of the text, and that has no carriage returns
      return new String(bytes, StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
