package dev.llmops.spring;

import dev.llmops.CallRef;
import dev.llmops.CallScore;
import dev.llmops.LlmCall;
import dev.llmops.LlmOps;
import dev.llmops.LlmRecord;
import dev.llmops.LlmStep;
import dev.llmops.OpsStats;
import dev.llmops.Timing;
import dev.llmops.cost.PriceTable;
import dev.llmops.server.ServerMonitor;
import dev.llmops.sink.RingSink;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@code /actuator/llmops}: what is wired and what is not, the latest calls, steps and scores, and
 * feedback. Under the application's own rules for exposing and securing endpoints; answers are maps
 * and texts, so that any JSON library writes them. Content is shown only where the ring keeps it.
 */
@WebEndpoint(id = "llmops")
final class LlmOpsEndpoint {

  static final int DEFAULT_LIMIT = 50;
  static final int MAX_LIMIT = 500;

  private static final int MAX_NAME_CHARS = 100;
  private static final int MAX_EXPLANATION_CHARS = 4_000;
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private static final List<String> KINDS = List.of("tool", "agent", "workflow", "retrieval");
  private static final String NOT_ONE = "there is not one LlmOps bean; mark one as @Primary";
  private static final String NO_RING =
      "no record is kept: there is not one RingSink bean that is wired; set llmops.ring.capacity,"
          + " or give your own LlmOps bean a RingSink bean";

  private final ObjectProvider<LlmOps> ops;
  private final ObjectProvider<RingSink> ring;
  private final ObjectProvider<ServerMonitor> servers;
  private final Wiring wiring;
  private final boolean bundledPrices;

  LlmOpsEndpoint(
      ObjectProvider<LlmOps> ops,
      ObjectProvider<RingSink> ring,
      ObjectProvider<ServerMonitor> servers,
      Wiring wiring,
      LlmOpsProperties properties) {
    this.ops = ops;
    this.ring = ring;
    this.servers = servers;
    this.wiring = wiring;
    this.bundledPrices = properties.pricing().bundled();
  }

  /** The status. */
  @ReadOperation
  public Map<String, Object> status() {
    LlmOps found = ops.getIfUnique();
    if (found == null) {
      return Map.of("note", NOT_ONE);
    }
    OpsStats stats = found.stats();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("enabled", stats.enabled());
    status.put("capturesContent", found.capturesContent());
    status.put("openTelemetry", telemetry());
    status.put("beans", wiring.clientBeans());
    List<String> explanation = new ArrayList<>(found.explain().lines().toList());
    explanation.addAll(wiring.ownNotes());
    status.put("explain", explanation);
    Map<String, Object> calls = new LinkedHashMap<>();
    calls.put("started", stats.started());
    calls.put("completed", stats.completed());
    calls.put("failed", stats.failed());
    calls.put("cancelled", stats.cancelled());
    calls.put("open", stats.open());
    calls.put("withoutUsage", stats.withoutUsage());
    calls.put("unpriced", stats.unpriced());
    status.put("calls", calls);
    status.put("budgets", budgets());
    status.put("steps", stats.steps());
    status.put("scores", stats.scores());
    status.put("swallowed", stats.swallowed());
    status.put("observers", stats.observers().stream().map(RecordView::of).toList());
    status.put("sinks", stats.sinks().stream().map(RecordView::of).toList());
    return status;
  }

  /**
   * One of {@code calls}, {@code steps}, {@code scores}, {@code prices} and {@code servers}; the
   * first three from the ring, newest first. Later records move the pages on, unless {@code until}
   * leaves them out.
   *
   * @param offset how many of the matching are left out, 0 or more
   * @param limit how many are shown, 1 to {@value #MAX_LIMIT}
   */
  @ReadOperation
  public WebEndpointResponse<Map<String, Object>> list(
      @Selector String what,
      @org.springframework.lang.Nullable @Nullable Integer offset,
      @org.springframework.lang.Nullable @Nullable Integer limit,
      @org.springframework.lang.Nullable @Nullable String model,
      @org.springframework.lang.Nullable @Nullable String provider,
      @org.springframework.lang.Nullable @Nullable String operation,
      @org.springframework.lang.Nullable @Nullable String outcome,
      @org.springframework.lang.Nullable @Nullable String conversation,
      @org.springframework.lang.Nullable @Nullable String user,
      @org.springframework.lang.Nullable @Nullable String session,
      @org.springframework.lang.Nullable @Nullable String since,
      @org.springframework.lang.Nullable @Nullable String until,
      @org.springframework.lang.Nullable @Nullable Long minMillis,
      @org.springframework.lang.Nullable @Nullable String kind,
      @org.springframework.lang.Nullable @Nullable String name,
      @org.springframework.lang.Nullable @Nullable String call) {
    Page page;
    Instant from;
    Instant to;
    try {
      page = Page.of(offset, limit);
      from = time("since", since);
      to = time("until", until);
    } catch (IllegalArgumentException e) {
      return error(BAD_REQUEST, String.valueOf(e.getMessage()));
    }
    switch (what) {
      case "calls":
        if (outcome != null && !List.of("completed", "failed", "cancelled").contains(outcome)) {
          return error(
              BAD_REQUEST,
              "outcome must be completed, failed or cancelled, but was \"" + outcome + "\"");
        }
        Predicate<LlmCall> calls =
            each ->
                is(model, each.request().model(), each.response().model())
                    && is(provider, each.request().provider())
                    && is(operation, each.request().operation())
                    && is(outcome, RecordView.outcome(each.outcome()))
                    && is(conversation, each.conversationId())
                    && is(user, each.userId())
                    && is(session, each.sessionId())
                    && started(each.timing(), from)
                    && ended(each.timing(), to)
                    && (minMillis == null || each.timing().total().toMillis() >= minMillis);
        return page(what, page, RingSink::calls, calls, RecordView::summary);
      case "steps":
        if (kind != null && !KINDS.contains(kind)) {
          return error(
              BAD_REQUEST,
              "kind must be " + String.join(", ", KINDS) + ", but was \"" + kind + "\"");
        }
        Predicate<LlmStep> steps =
            each ->
                is(kind, each.request().kind().name().toLowerCase(Locale.ROOT))
                    && is(name, each.request().name())
                    && started(each.timing(), from)
                    && ended(each.timing(), to);
        return page(what, page, RingSink::steps, steps, RecordView::of);
      case "scores":
        Predicate<CallScore> scores =
            each ->
                is(name, each.name())
                    && (call == null || (each.ref() != null && is(call, each.ref().id())))
                    && (from == null || each.time() == null || !each.time().isBefore(from))
                    && (to == null || each.time() == null || !each.time().isAfter(to));
        return page(what, page, RingSink::scores, scores, RecordView::of);
      case "prices":
        return new WebEndpointResponse<>(prices(), OK);
      case "servers":
        return new WebEndpointResponse<>(servers(), OK);
      default:
        return error(
            NOT_FOUND, "there are calls, steps, scores, prices and servers, but no such page");
    }
  }

  /**
   * One call or step whole, with its scores; or the calls and steps of a trace or a conversation in
   * the order in which they began: as long as the ring holds them.
   */
  @ReadOperation
  public WebEndpointResponse<Map<String, Object>> one(@Selector String what, @Selector String id) {
    switch (what) {
      case "traces":
        return tree(
            id, call -> id.equals(call.ref().traceId()), step -> id.equals(step.ref().traceId()));
      case "conversations":
        return tree(
            id,
            call -> id.equals(call.conversationId()),
            step -> id.equals(step.context().conversationId()));
      case "calls":
      case "steps":
        return record(id);
      default:
        return error(
            NOT_FOUND, "calls, steps, traces and conversations can be shown by id, nothing else");
    }
  }

  private WebEndpointResponse<Map<String, Object>> record(String id) {
    CallRef ref;
    try {
      ref = CallRef.of(id);
    } catch (IllegalArgumentException e) {
      return error(BAD_REQUEST, "id must be 32 hexadecimal digits, as the lists show them");
    }
    RingSink held = ring.getIfUnique();
    if (held == null) {
      return error(NOT_FOUND, NO_RING);
    }
    LlmRecord record = held.find(ref);
    if (record == null) {
      return error(
          NOT_FOUND, "the ring does not hold this record (any more): llmops.ring.capacity");
    }
    Map<String, Object> shown =
        record instanceof LlmCall call ? RecordView.of(call) : RecordView.of((LlmStep) record);
    List<Map<String, Object>> scores =
        held.scores().stream()
            .filter(score -> ref.equals(score.ref()))
            .map(RecordView::of)
            .toList();
    shown.put("scores", scores);
    return new WebEndpointResponse<>(shown, OK);
  }

  /**
   * Feedback to a call: {@code POST feedback}.
   *
   * @param call the call's id, or give a key
   * @param key the application's own id of what is judged, 1 to 100 characters
   * @param name what is judged, 1 to 100 letters, digits and {@code _ . -}; {@code user_feedback}
   *     unless said
   * @param value 0.0 (worst) to 1.0 (best); value or label must be given
   * @param label up to 100 characters
   * @param explanation up to 4,000 characters
   */
  @WriteOperation
  public WebEndpointResponse<Map<String, Object>> feedback(
      @Selector String what,
      @org.springframework.lang.Nullable @Nullable String call,
      @org.springframework.lang.Nullable @Nullable String key,
      @org.springframework.lang.Nullable @Nullable String name,
      @org.springframework.lang.Nullable @Nullable Double value,
      @org.springframework.lang.Nullable @Nullable String label,
      @org.springframework.lang.Nullable @Nullable String explanation) {
    if (!what.equals("feedback")) {
      return error(NOT_FOUND, "only feedback can be posted");
    }
    LlmOps found = ops.getIfUnique();
    if (found == null) {
      return error(CONFLICT, NOT_ONE);
    }
    if (!found.isEnabled()) {
      return error(CONFLICT, "llmops is off, so the feedback would go nowhere");
    }
    CallScore score;
    boolean held = false;
    try {
      String called = name == null ? "user_feedback" : name;
      if (!called.matches("[\\p{Alnum}_.-]{1," + MAX_NAME_CHARS + "}")) {
        throw new IllegalArgumentException(
            "name must be 1 to " + MAX_NAME_CHARS + " letters, digits and _ . -");
      }
      if ((call == null) == (key == null)) {
        throw new IllegalArgumentException("give either call (a call's id) or key, not both");
      }
      CallScore.Builder builder;
      if (call != null) {
        CallRef ref = CallRef.of(call);
        CallRef known = known(ref);
        held = known != null;
        builder = CallScore.of(known == null ? ref : known, called);
      } else {
        builder = CallScore.ofKey(bounded(String.valueOf(key), MAX_NAME_CHARS, "key"), called);
      }
      if (label != null) {
        builder.label(bounded(label, MAX_NAME_CHARS, "label"));
      }
      if (explanation != null) {
        builder.explanation(bounded(explanation, MAX_EXPLANATION_CHARS, "explanation"));
      }
      score = builder.value(value).source("user").build();
    } catch (IllegalArgumentException e) {
      return error(BAD_REQUEST, String.valueOf(e.getMessage()));
    }
    found.score(score);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("accepted", true);
    answer.put("callIsInRing", held); // only then the score is placed on the call's trace
    return new WebEndpointResponse<>(answer, OK);
  }

  private WebEndpointResponse<Map<String, Object>> tree(
      String id, Predicate<LlmCall> ofCall, Predicate<LlmStep> ofStep) {
    RingSink held = ring.getIfUnique();
    if (held == null) {
      return error(NOT_FOUND, NO_RING);
    }
    TreeMap<Instant, List<Map<String, Object>>> ordered = new TreeMap<>();
    int found = 0;
    for (LlmRecord record : held.records()) {
      Instant start = null;
      Map<String, Object> shown = Map.of();
      if (record instanceof LlmCall call && ofCall.test(call)) {
        start = call.timing().start();
        shown = RecordView.summary(call);
      } else if (record instanceof LlmStep step && ofStep.test(step)) {
        start = step.timing().start();
        shown = RecordView.summary(step);
      }
      if (start != null) {
        ordered.computeIfAbsent(start, each -> new ArrayList<>()).add(shown);
        found++;
      }
    }
    if (found == 0) {
      return error(
          NOT_FOUND, "the ring holds no call or step of it (any more): llmops.ring.capacity");
    }
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("id", id);
    shown.put("matching", found);
    shown.put("records", ordered.values().stream().flatMap(List::stream).limit(MAX_LIMIT).toList());
    return new WebEndpointResponse<>(shown, OK);
  }

  private Map<String, Object> servers() {
    Map<String, Object> shown = new LinkedHashMap<>();
    ServerMonitor monitor = servers.getIfUnique();
    if (monitor == null) {
      shown.put("note", "no server is watched: set llmops.servers.urls");
    }
    shown.put(
        "servers",
        monitor == null ? List.of() : monitor.snapshots().stream().map(RecordView::of).toList());
    return shown;
  }

  private List<Map<String, Object>> budgets() {
    return wiring.budgets().stream().map(each -> RecordView.of(each.status())).toList();
  }

  private Map<String, Object> telemetry() {
    Map<String, Object> shown = new LinkedHashMap<>();
    OpenTelemetrySource source = wiring.telemetry();
    shown.put("owner", source == null ? "application" : source.owner());
    shown.put("spans", source == null ? null : source.spans());
    shown.put("metrics", source == null ? null : source.metrics());
    shown.put("note", source == null ? "The LlmOps bean is the application's own." : source.note());
    ExportFailures.Failures failures = wiring.exports().failures();
    if (failures != null) {
      Map<String, Object> exports = new LinkedHashMap<>();
      exports.put("failuresAtLeast", failures.count());
      exports.put("lastFailure", failures.last());
      exports.put("at", failures.at().toString());
      shown.put("exports", exports);
    }
    shown.values().removeIf(java.util.Objects::isNull);
    return shown;
  }

  private Map<String, Object> prices() {
    Map<String, Object> shown = new LinkedHashMap<>();
    LlmOps found = ops.getIfUnique();
    if (found == null) {
      shown.put("note", NOT_ONE);
    } else {
      OpsStats stats = found.stats();
      shown.put("unpricedCalls", stats.unpriced());
      shown.put("unpricedModels", stats.unpricedModels());
    }
    if (bundledPrices) {
      shown.put("bundledPricesOf", String.valueOf(PriceTable.bundled().date()));
    }
    RingSink held = ring.getIfUnique();
    Map<String, Map<String, BigDecimal>> spent = new TreeMap<>();
    Map<String, String> priceIds = new TreeMap<>();
    for (LlmCall call : held == null ? List.<LlmCall>of() : held.calls()) {
      if (call.cost() != null) {
        String model = call.request().provider() + "/" + RecordView.model(call);
        spent
            .computeIfAbsent(model, each -> new TreeMap<>())
            .merge(call.cost().currency(), call.cost().amount(), BigDecimal::add);
        priceIds.put(model, call.cost().priceId());
      }
    }
    shown.put("spentInRing", spent);
    shown.put("priceIds", priceIds);
    shown.put("budgets", budgets());
    return shown;
  }

  private <T extends LlmRecord> WebEndpointResponse<Map<String, Object>> page(
      String what,
      Page page,
      Function<RingSink, List<T>> records,
      Predicate<T> filter,
      Function<T, Map<String, Object>> view) {
    RingSink held = ring.getIfUnique();
    List<T> matching = new ArrayList<>();
    if (held != null) {
      for (T record : records.apply(held)) {
        if (filter.test(record)) {
          matching.add(record);
        }
      }
    }
    Collections.reverse(matching);
    int start = Math.min(page.offset(), matching.size());
    int end = (int) Math.min((long) start + page.limit(), matching.size());
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("matching", matching.size());
    shown.put("offset", page.offset());
    shown.put("limit", page.limit());
    if (held == null) {
      shown.put("note", NO_RING);
    }
    shown.put(what, matching.subList(start, end).stream().map(view).toList());
    return new WebEndpointResponse<>(shown, OK);
  }

  private @Nullable CallRef known(CallRef ref) {
    RingSink held = ring.getIfUnique();
    LlmRecord record = held == null ? null : held.find(ref);
    if (record instanceof LlmCall call) {
      return call.ref();
    }
    return record instanceof LlmStep step ? step.ref() : null;
  }

  private static @Nullable Instant time(String name, @Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          name + " must be a time such as 2026-11-22T10:15:30Z, but was \"" + text + "\"");
    }
  }

  private static boolean started(Timing timing, @Nullable Instant from) {
    return from == null || !timing.start().isBefore(from);
  }

  private static boolean ended(Timing timing, @Nullable Instant by) {
    return by == null || !timing.start().plus(timing.total()).isAfter(by);
  }

  private static boolean is(@Nullable String wanted, @Nullable String... any) {
    if (wanted == null) {
      return true;
    }
    for (String each : any) {
      if (wanted.equals(each)) {
        return true;
      }
    }
    return false;
  }

  private static String bounded(String text, int maxChars, String field) {
    if (text.isBlank() || text.length() > maxChars) {
      throw new IllegalArgumentException(
          field + " must be 1 to " + maxChars + " characters long, but was " + text.length());
    }
    return text;
  }

  private static WebEndpointResponse<Map<String, Object>> error(int status, String message) {
    return new WebEndpointResponse<>(Map.of("error", message), status);
  }

  private record Page(int offset, int limit) {

    static Page of(@Nullable Integer offset, @Nullable Integer limit) {
      if (offset != null && offset < 0) {
        throw new IllegalArgumentException("offset must be 0 or more, but was " + offset);
      }
      if (limit != null && (limit < 1 || limit > MAX_LIMIT)) {
        throw new IllegalArgumentException(
            "limit must be between 1 and " + MAX_LIMIT + ", but was " + limit);
      }
      return new Page(offset == null ? 0 : offset, limit == null ? DEFAULT_LIMIT : limit);
    }
  }
}
