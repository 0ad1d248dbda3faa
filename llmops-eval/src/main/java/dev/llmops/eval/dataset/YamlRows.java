package dev.llmops.eval.dataset;

import dev.llmops.eval.dataset.Value.Kind;
import java.io.FilterReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.Event.ID;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The items of a YAML 1.2 list, which is the whole document or the field "cases" of its object. A
 * plain scalar is a number, boolean or null only if it is one in JSON, so that {@code no} and
 * {@code 1_000} stay texts. An alias counts as often as it is used, so that a small file cannot
 * become a large case.
 */
final class YamlRows implements Rows {

  private static final int FILE_CODE_POINTS = 256 << 20;
  private static final int MAX_REPEATED = 64 << 20;

  private final Utf8Reader in;
  private final ParserImpl parser;
  private final String file;
  private final Problems problems;
  private final Map<Anchor, Value> anchors = new HashMap<>();
  private long repeated;
  private boolean started;
  private boolean wrapped;
  private boolean ended;

  YamlRows(Utf8Reader in, String file, Problems problems) {
    this.in = in;
    this.file = file;
    this.problems = problems;
    // the engine copies the line read so far with every buffer: few buffers, and no endless line
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit(FILE_CODE_POINTS).setBufferSize(1 << 16).build();
    this.parser = new ParserImpl(settings, new StreamReader(settings, new Lines(in)));
  }

  @Override
  public @Nullable Value next() throws IOException {
    if (ended || problems.isFull()) {
      return null;
    }
    try {
      if (!started) {
        started = true;
        start();
      }
      if (!ended && !parser.checkEvent(ID.SequenceEnd)) {
        return read(parser.next(), new Budget(), 1);
      }
      if (!ended) {
        end();
      }
    } catch (Malformed e) {
      stop(e);
    } catch (MarkedYamlEngineException e) {
      stop(malformed(e.getProblemMark().or(e::getContextMark), "text is not valid YAML"));
    } catch (YamlEngineException e) {
      if (e.getCause() instanceof LineTooLong tooLong) {
        stop(new Malformed(tooLong.line, 0, "line " + Budget.TOO_LONG));
        return null;
      }
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      stop(
          new Malformed(
              0,
              0,
              "text is not valid YAML: it has a character that YAML does not allow, or is too long"));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return null;
  }

  private void start() throws Malformed {
    parser.next(); // the stream starts
    if (parser.checkEvent(ID.StreamEnd)) {
      ended = true;
      return;
    }
    parser.next(); // the document starts
    Event root = parser.next();
    if (root.getEventId() == ID.MappingStart) {
      wrapped = true;
      Event key = parser.next();
      if (!(key instanceof ScalarEvent name) || !name.getValue().equals("cases")) {
        throw malformed(key, JsonRows.SHAPE);
      }
      root = parser.next();
    }
    if (root.getEventId() != ID.SequenceStart) {
      throw malformed(root, JsonRows.SHAPE);
    }
  }

  private void end() throws Malformed {
    ended = true;
    parser.next(); // the list ends
    if (wrapped) {
      Event rest = parser.next();
      if (rest.getEventId() != ID.MappingEnd) {
        throw malformed(rest, "file must hold nothing beside \"cases\"");
      }
    }
    parser.next(); // the document ends
    if (!parser.checkEvent(ID.StreamEnd)) {
      throw malformed(parser.next(), "file must hold one YAML document");
    }
  }

  private Value read(Event event, Budget budget, int depth) throws Malformed {
    int line = line(event.getStartMark());
    int column = column(event.getStartMark());
    Budget.checkDepth(depth, line, column);
    if (event instanceof AliasEvent alias) {
      Value value = anchors.get(alias.getAlias());
      if (value == null) {
        throw new Malformed(line, column, "alias has no anchor before it");
      }
      budget.spend(value.chars(), value.size(), line, column);
      repeated += value.chars() + value.size();
      if (repeated > MAX_REPEATED) {
        throw new Malformed(
            line, column, "aliases repeat more than " + MAX_REPEATED + " characters; write less");
      }
      return value;
    }
    Value value;
    if (event instanceof ScalarEvent scalar) {
      checkTag(scalar.getTag(), line, column);
      String text = scalar.getValue();
      budget.spend(text.length(), 1, line, column);
      value = Value.scalar(scalar.isPlain() ? kind(text) : Kind.TEXT, text, line, column);
    } else if (event instanceof CollectionStartEvent collection) {
      checkTag(collection.getTag(), line, column);
      budget.spend(0, 1, line, column);
      value =
          event.getEventId() == ID.SequenceStart
              ? list(budget, depth, line, column)
              : object(budget, depth, line, column);
    } else {
      throw new Malformed(line, column, "text is not valid YAML");
    }
    Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
    if (anchor.isPresent()) {
      anchors.put(anchor.get(), value);
    }
    return value;
  }

  private Value list(Budget budget, int depth, int line, int column) throws Malformed {
    List<Value> items = new ArrayList<>();
    while (!parser.checkEvent(ID.SequenceEnd)) {
      items.add(read(parser.next(), budget, depth + 1));
    }
    parser.next();
    return Value.list(items, line, column);
  }

  private Value object(Budget budget, int depth, int line, int column) throws Malformed {
    LinkedHashMap<String, Value> fields = new LinkedHashMap<>();
    while (!parser.checkEvent(ID.MappingEnd)) {
      Event key = parser.next();
      if (!(key instanceof ScalarEvent name)) {
        throw malformed(key, "name of a field must be a text");
      }
      budget.spend(name.getValue().length(), 0, line, column);
      Value value = read(parser.next(), budget, depth + 1);
      if (fields.put(name.getValue(), value) != null) {
        throw malformed(key, "field " + Names.quoted(name.getValue()) + " occurs twice");
      }
    }
    parser.next();
    return Value.object(fields, line, column);
  }

  private static void checkTag(Optional<String> tag, int line, int column) throws Malformed {
    if (tag.isPresent() && !tag.get().equals("!")) {
      throw new Malformed(line, column, "YAML tags (!name) must not be used");
    }
  }

  private static Kind kind(String plain) {
    return switch (plain) {
      case "", "~", "null" -> Kind.NULL;
      case "true", "false" -> Kind.BOOLEAN;
      default ->
          plain.length() <= 1_000 && JsonValues.NUMBER.matcher(plain).matches()
              ? Kind.NUMBER
              : Kind.TEXT;
    };
  }

  private static Malformed malformed(Event event, String what) {
    return malformed(event.getStartMark(), what);
  }

  private static Malformed malformed(Optional<Mark> mark, String what) {
    return new Malformed(line(mark), column(mark), what);
  }

  private static int line(Optional<Mark> mark) {
    return mark.isPresent() ? mark.get().getLine() + 1 : 0;
  }

  private static int column(Optional<Mark> mark) {
    return mark.isPresent() ? mark.get().getColumn() + 1 : 0;
  }

  private void stop(Malformed e) {
    ended = true;
    problems.add(file, e.line(), e.column(), e.what());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static final class LineTooLong extends IOException {
    private static final long serialVersionUID = 1L;
    private final int line;

    LineTooLong(int line) {
      this.line = line;
    }
  }

  /** Ends with an exception at a line that is longer than a case may be. */
  private static final class Lines extends FilterReader {
    private int line = 1;
    private int length;

    Lines(Utf8Reader in) {
      super(in);
    }

    @Override
    public int read(char[] target, int offset, int count) throws IOException {
      int read = super.read(target, offset, count);
      for (int more = read; more > 0 && read < count; read += Math.max(0, more)) {
        more = super.read(target, offset + read, count - read);
      }
      for (int i = offset; i < offset + read; i++) {
        length++;
        if (target[i] == '\n') {
          line++;
          length = 0;
        } else if (length > Limits.CASE_CHARS) {
          throw new LineTooLong(line);
        }
      }
      return read;
    }
  }
}
