package dev.llmops.eval.dataset;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import dev.llmops.eval.dataset.Value.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes cases of the rows of a file; {@link CaseWriter} is its inverse. */
final class CaseReader {

  private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");
  private static final List<String> PART_TYPES =
      List.of(
          "text",
          "reasoning",
          "refusal",
          "tool_call",
          "tool_call_response",
          "blob",
          "file",
          "uri",
          "other");

  private final String file;
  private final Problems problems;

  CaseReader(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The case of a row, or null and at least one problem. */
  @Nullable EvalCase read(Value row) {
    int before = problems.size();
    if (!row.is(Kind.OBJECT)) {
      problem(row, "case must be an object, but is " + row.kind().words());
      return null;
    }
    EvalCase.Builder builder = EvalCase.builder();
    boolean judgeable = false;
    boolean wrong = false;
    for (Map.Entry<String, Value> entry : row.fields().entrySet()) {
      Field field = Field.of(entry.getKey());
      Value value = entry.getValue();
      if (field == null) {
        wrong = true;
        unknown(value, entry.getKey(), Field.NAMES, "; keep data of your own under \"metadata\"");
      } else if (!value.is(Kind.NULL)) {
        read(field, value, builder);
        judgeable |= field != Field.ID && field != Field.TAGS && field != Field.METADATA;
      }
    }
    if (!judgeable && !wrong && before == problems.size()) {
      problem(row, "case has nothing to judge; give at least \"input\"");
    }
    return wrong || before != problems.size() || problems.isFull() ? null : builder.build();
  }

  private void read(Field field, Value value, EvalCase.Builder builder) {
    String name = field.key();
    switch (field) {
      case ID -> id(name, value, builder::id);
      case TAGS -> texts(name, value, this::label, builder::tag);
      case INPUT -> text(name, value, builder::input);
      case MESSAGES -> builder.messages(messages(value));
      case REFERENCES -> {
        List<String> references = new ArrayList<>();
        texts(name, value, this::text, references::add);
        builder.references(references);
      }
      case CONTEXT -> context(value, builder);
      case RETRIEVED_IDS -> {
        List<String> ids = new ArrayList<>();
        texts(name, value, this::id, ids::add);
        builder.retrievedIds(ids);
      }
      case RELEVANT_IDS -> builder.relevantIds(gains(value));
      case EXPECTED_TOOL_CALLS -> builder.expectedToolCalls(toolCalls(name, value));
      case OUTPUT -> text(name, value, builder::output);
      case SAMPLES -> texts(name, value, this::text, builder::sample);
      case VARIANTS -> variants(value, builder);
      case TOOL_CALLS -> builder.toolCalls(toolCalls(name, value));
      case METADATA -> metadata(value, builder);
    }
  }

  private interface Element {
    void read(String name, Value value, Consumer<String> to);
  }

  private void text(String name, Value value, Consumer<String> to) {
    if (value.is(Kind.TEXT)) {
      to.accept(value.text());
    } else {
      mustBe(name, "a text", value);
    }
  }

  private void label(String name, Value value, Consumer<String> to) {
    if (value.is(Kind.TEXT) && value.text().isBlank()) {
      problem(value, "field \"" + name + "\" must not hold a blank text");
    } else {
      text(name, value, to);
    }
  }

  /** A text that names something; files like to number. */
  private void id(String name, Value value, Consumer<String> to) {
    if (value.is(Kind.NUMBER) && WHOLE.matcher(value.text()).matches()) {
      to.accept(value.text());
    } else if (!value.is(Kind.TEXT)) {
      mustBe(name, "a text or a whole number", value);
    } else {
      label(name, value, to);
    }
  }

  /** A text alone is a list of one. */
  private void texts(String name, Value value, Element element, Consumer<String> to) {
    if (value.is(Kind.LIST)) {
      for (Value item : value.items()) {
        element.read(name, item, to);
      }
    } else if (value.is(Kind.OBJECT)) {
      mustBe(name, "a text or a list of texts", value);
    } else {
      element.read(name, value, to);
    }
  }

  private void context(Value value, EvalCase.Builder builder) {
    List<Value> items = value.is(Kind.LIST) ? value.items() : List.of(value);
    for (Value item : items) {
      if (item.is(Kind.TEXT)) {
        builder.document(null, item.text());
      } else if (item.is(Kind.OBJECT)) {
        Members members = new Members("context", item, "id", "text");
        members.take("id", (name, id) -> id(name, id, members::put));
        members.require("text", (name, text) -> text(name, text, members::put));
        if (members.areRight()) {
          builder.document(members.get("id"), members.got("text"));
        }
      } else {
        mustBe("context", "texts or objects with \"text\" and perhaps \"id\"", item);
      }
    }
  }

  private Map<String, Double> gains(Value value) {
    Map<String, Double> gains = new LinkedHashMap<>();
    if (!value.is(Kind.OBJECT)) {
      texts("relevant_ids", value, this::id, id -> gains.put(id, 1.0));
      return gains;
    }
    value
        .fields()
        .forEach(
            (id, gain) -> {
              double number = gain.is(Kind.NUMBER) ? Double.parseDouble(gain.text()) : Double.NaN;
              if (number >= 0 && Double.isFinite(number)) {
                gains.put(id, number == 0 ? 0.0 : number); // -0.0 is 0
              } else {
                problem(
                    gain,
                    "field \"relevant_ids\" must hold gains of 0 or more, but holds "
                        + (gain.is(Kind.NUMBER) ? gain.text() : gain.kind().words()));
              }
            });
    return gains;
  }

  private List<ToolCall> toolCalls(String name, Value value) {
    List<ToolCall> calls = new ArrayList<>();
    for (Value item : list(name, value, "a list of objects with \"name\" and \"arguments\"")) {
      Members members = new Members(name, item, "name", "arguments");
      members.require("name", (at, tool) -> label(at, tool, members::put));
      if (members.areRight()) {
        calls.add(new ToolCall(members.got("name"), members.json("arguments")));
      }
    }
    return calls;
  }

  private void variants(Value value, EvalCase.Builder builder) {
    for (Value item : list("variants", value, "a list of objects with \"input\" and \"output\"")) {
      Members members = new Members("variants", item, "input", "output");
      members.require("input", (name, text) -> text(name, text, members::put));
      members.require("output", (name, text) -> text(name, text, members::put));
      if (members.areRight()) {
        builder.variant(members.got("input"), members.got("output"));
      }
    }
  }

  private void metadata(Value value, EvalCase.Builder builder) {
    if (!value.is(Kind.OBJECT)) {
      mustBe("metadata", "an object", value);
      return;
    }
    value
        .fields()
        .forEach(
            (key, each) -> {
              switch (each.kind()) {
                case TEXT, NUMBER, BOOLEAN -> builder.metadata(key, each.text());
                case NULL -> {}
                case LIST, OBJECT ->
                    problem(
                        each,
                        "field \"metadata\" must hold texts, numbers and booleans, but "
                            + Names.quoted(key)
                            + " is "
                            + each.kind().words());
              }
            });
  }

  private List<Message> messages(Value value) {
    List<Message> messages = new ArrayList<>();
    for (Value item : list("messages", value, "a list of objects with \"role\" and \"content\"")) {
      Members members = new Members("messages", item, "role", "content", "name");
      members.require("role", (name, role) -> label(name, role, members::put));
      members.take("name", (name, text) -> text(name, text, members::put));
      List<MessagePart> parts = new ArrayList<>();
      Value content = members.value("content");
      if (content == null || content.is(Kind.NULL)) {
        problem(item, "field \"messages\" is missing \"content\"; it may be an empty list");
      } else if (content.is(Kind.TEXT)) {
        parts.add(new MessagePart.Text(content.text()));
      } else if (content.is(Kind.LIST)) {
        for (Value part : content.items()) {
          MessagePart read = part(part);
          if (read != null) {
            parts.add(read);
          }
        }
      } else {
        mustBe("messages.content", "a text or a list of parts", content);
      }
      if (members.areRight()) {
        messages.add(new Message(members.got("role"), parts, members.get("name")));
      }
    }
    return messages;
  }

  private @Nullable MessagePart part(Value value) {
    String at = "messages.content";
    Value typed = value.fields().get("type");
    String type = typed == null ? "" : typed.text();
    if (!value.is(Kind.OBJECT) || typed == null || !typed.is(Kind.TEXT)) {
      mustBe(at, "a text or a list of objects with \"type\"", value);
      return null;
    }
    if (!PART_TYPES.contains(type)) {
      problem(typed, "field \"" + at + "\" must have a \"type\" of " + oneOf(PART_TYPES));
      return null;
    }
    Members in =
        switch (type) {
          case "text", "reasoning", "refusal" -> new Members(at, value, "type", "content");
          case "tool_call" -> new Members(at, value, "type", "id", "name", "arguments");
          case "tool_call_response" -> new Members(at, value, "type", "id", "response");
          case "blob" -> new Members(at, value, "type", "modality", "mime_type", "base64");
          case "file" -> new Members(at, value, "type", "modality", "mime_type", "file_id");
          case "uri" -> new Members(at, value, "type", "modality", "mime_type", "uri");
          default -> new Members(at, value, "type", "kind", "value");
        };
    for (String optional : List.of("id", "mime_type")) {
      in.take(optional, (name, text) -> text(name, text, in::put));
    }
    for (String required :
        List.of("content", "name", "response", "base64", "file_id", "uri", "kind")) {
      if (in.knows(required)) {
        in.require(required, (name, text) -> text(name, text, in::put));
      }
    }
    Modality modality = in.knows("modality") ? modality(in) : Modality.UNKNOWN;
    if (type.equals("other") && in.json("value") == null) {
      problem(value, "field \"" + at + "\" is missing \"value\"");
    }
    if (!in.areRight()) {
      return null;
    }
    return switch (type) {
      case "text" -> new MessagePart.Text(in.got("content"));
      case "reasoning" -> new MessagePart.Reasoning(in.got("content"));
      case "refusal" -> new MessagePart.Refusal(in.got("content"));
      case "tool_call" ->
          new MessagePart.ToolCall(in.get("id"), in.got("name"), in.json("arguments"));
      case "tool_call_response" -> new MessagePart.ToolResponse(in.get("id"), in.got("response"));
      case "blob" -> new MessagePart.Blob(modality, in.get("mime_type"), in.got("base64"));
      case "file" -> new MessagePart.FileRef(modality, in.get("mime_type"), in.got("file_id"));
      case "uri" -> new MessagePart.UriRef(modality, in.get("mime_type"), in.got("uri"));
      default -> {
        JsonText json = in.json("value");
        yield json == null ? null : new MessagePart.Other(in.got("kind"), json);
      }
    };
  }

  private Modality modality(Members in) {
    Value value = in.value("modality");
    for (Modality each : Modality.values()) {
      if (value != null && value.text().equals(each.name().toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    problem(
        value == null ? in.object : value,
        "field \"messages.content\" must have a \"modality\" of "
            + oneOf(
                Arrays.stream(Modality.values())
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .toList()));
    return Modality.UNKNOWN;
  }

  private List<Value> list(String name, Value value, String allowed) {
    if (value.is(Kind.LIST)) {
      return value.items();
    }
    mustBe(name, allowed, value);
    return List.of();
  }

  private void mustBe(String name, String allowed, Value value) {
    String hint =
        value.is(Kind.NUMBER) || value.is(Kind.BOOLEAN)
            ? allowed.startsWith("a text") ? "; put it in quotes" : ""
            : "";
    problem(
        value,
        "field \"" + name + "\" must be " + allowed + ", but is " + value.kind().words() + hint);
  }

  private void unknown(Value at, String name, List<String> known, String advice) {
    if (!problems.first(String.join(",", known) + ':' + name)) {
      return; // the same in every row: said at the first
    }
    String meant = Names.meant(name, known);
    problem(
        at,
        "field "
            + Names.quoted(name)
            + " is not known"
            + (meant == null ? "" : "; did you mean \"" + meant + "\"?")
            + " (known: "
            + String.join(", ", known)
            + ")"
            + advice);
  }

  private void problem(Value at, String what) {
    problems.add(file, at.line(), at.column(), what);
  }

  private static String oneOf(List<String> names) {
    return String.join(", ", names.subList(0, names.size() - 1))
        + " or "
        + names.get(names.size() - 1);
  }

  /** The members of an object within a field. */
  private final class Members {
    private final String of;
    private final Value object;
    private final List<String> known;
    private final int before = problems.size();
    private final Map<String, String> texts = new LinkedHashMap<>();
    private String current = "";
    private boolean wrong;

    Members(String of, Value object, String... known) {
      this.of = of;
      this.object = object;
      this.known = List.of(known);
      if (!object.is(Kind.OBJECT)) {
        wrong = true;
        mustBe(of, "a list of objects with " + quotedNames(this.known), object);
      }
      object
          .fields()
          .forEach(
              (name, value) -> {
                if (!this.known.contains(name)) {
                  wrong = true;
                  unknown(
                      value,
                      of + "." + name,
                      this.known.stream().map(k -> of + "." + k).toList(),
                      "");
                }
              });
    }

    boolean knows(String name) {
      return known.contains(name);
    }

    @Nullable Value value(String name) {
      return object.fields().get(name);
    }

    void take(String name, BiConsumer<String, Value> reader) {
      Value value = value(name);
      if (value != null && !value.is(Kind.NULL)) {
        current = name;
        reader.accept(of + "." + name, value);
      }
    }

    void require(String name, BiConsumer<String, Value> reader) {
      Value value = value(name);
      if (value == null || value.is(Kind.NULL)) {
        if (!wrong) {
          problem(object, "field \"" + of + "\" is missing \"" + name + "\"");
        }
        wrong = true;
      } else {
        take(name, reader);
      }
    }

    void put(String text) {
      texts.put(current, text);
    }

    boolean areRight() {
      return !wrong && before == problems.size();
    }

    @Nullable String get(String name) {
      return texts.get(name);
    }

    String got(String name) {
      return texts.getOrDefault(name, "");
    }

    /** A text is what a model wrote, as it stands; anything else is JSON. */
    @Nullable JsonText json(String name) {
      Value value = value(name);
      if (value == null || value.is(Kind.NULL)) {
        return null;
      }
      return JsonText.of(value.is(Kind.TEXT) ? value.text() : JsonValues.compact(value));
    }

    private static String quotedNames(List<String> names) {
      return String.join(" and ", names.stream().map(each -> "\"" + each + "\"").toList());
    }
  }
}
