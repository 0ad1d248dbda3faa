package dev.llmops.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llmops.JsonText;
import dev.llmops.Message;
import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalCase.ToolCall;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetRoundTripTest {

  /** What formats stumble at: separators, quotes, marks of YAML, spaces at the ends, line ends. */
  private static final List<String> PIECES =
      List.of(
          "",
          " ",
          "\n",
          "\r",
          "\r\n",
          "\t",
          ",",
          ";",
          "\"",
          "'",
          "\\",
          "[",
          "]",
          "{",
          "}",
          "a",
          "no",
          "null",
          "~",
          "true",
          "1",
          "1_000",
          "0x1F",
          "-1.5e3",
          ": ",
          " #",
          "#",
          "- ",
          "|",
          ">",
          "&a",
          "*a",
          "!t",
          "%",
          "@",
          "`",
          "=1+1",
          "---",
          "...",
          "é",
          "你好",
          "🙂",
          "\u0000",
          "\u001b",
          "\u0085",
          "\u00a0",
          "\u2028",
          "\ufeff",
          "\uffff",
          "<<",
          "Frage: ja?",
          "e\u0301",
          "\u200b");

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"qa.jsonl", "qa.json", "qa.csv", "qa.yaml"})
  void whatIsWrittenIsReadBackEqual(String name) {
    Random random = new Random(20261122);
    for (int round = 0; round < 150; round++) {
      List<EvalCase> cases = new ArrayList<>();
      int size = random.nextInt(6);
      for (int i = 0; i < size; i++) {
        cases.add(anyCase(random));
      }
      Dataset dataset = Dataset.of("qa", cases);
      Path file = dir.resolve(name);

      dataset.write(file);
      Dataset back = Dataset.read(file);

      assertThat(back).as("round %s", round).isEqualTo(dataset);
      assertThat(back.version()).isEqualTo(dataset.version());
    }
  }

  @Test
  void everyFormatGivesTheSameVersionAndTheSameFileTwice() throws IOException {
    Random random = new Random(7);
    Dataset dataset = Dataset.of("qa", Stream.generate(() -> anyCase(random)).limit(50).toList());
    for (String name : List.of("qa.jsonl", "qa.json", "qa.csv", "qa.yaml")) {
      Path first = dir.resolve(name);
      Path second = dir.resolve("again-" + name);
      dataset.write(first);
      Dataset back = Dataset.read(first);
      back.write(second);

      assertThat(back.version()).as(name).isEqualTo(dataset.version());
      assertThat(second).as(name).hasSameBinaryContentAs(first);
    }
  }

  @Test
  void filesReadWell() throws IOException {
    Dataset dataset =
        Dataset.of(
            "qa",
            List.of(
                EvalCase.builder()
                    .id("one")
                    .input("Which?\n- first")
                    .references(List.of("a, \"b\""))
                    .document("d", "t")
                    .relevantIds(Map.of("d", 0.5))
                    .metadata("by", "hand")
                    .build(),
                EvalCase.builder().id("two").input("=1+1").tag("hard").build()));

    assertThat(written(dataset, "qa.jsonl"))
        .isEqualTo(
            """
            {"id":"one","input":"Which?\\n- first","references":["a, \\"b\\""],"context":[{"id":"d","text":"t"}],"relevant_ids":{"d":0.5},"metadata":{"by":"hand"}}
            {"id":"two","tags":["hard"],"input":"=1+1"}
            """);
    assertThat(written(dataset, "qa.json"))
        .startsWith("[\n{\"id\":\"one\",")
        .endsWith("},\n{\"id\":\"two\",\"tags\":[\"hard\"],\"input\":\"=1+1\"}\n]\n");
    assertThat(written(dataset, "qa.csv"))
        .isEqualTo(
            "id,tags,input,references,context,relevant_ids,metadata.by\r\n"
                + "one,,\"Which?\n- first\",\"a, \"\"b\"\"\",\"[{\"\"id\"\":\"\"d\"\",\"\"text\"\":\"\"t\"\"}]\","
                + "\"{\"\"d\"\":0.5}\",hand\r\n"
                + "two,hard,=1+1,,,,\r\n");
    assertThat(written(dataset, "qa.yaml"))
        .isEqualTo(
            """
            - id: "one"
              input: |-
                Which?
                - first
              references:
                - "a, \\"b\\""
              context:
                - id: "d"
                  text: "t"
              relevant_ids:
                d: 0.5
              metadata:
                by: "hand"
            - id: "two"
              tags:
                - "hard"
              input: "=1+1"
            """);
  }

  @Test
  void aFileOfAHundredThousandRowsStreamsInLittleMemory() throws IOException {
    Path file = dir.resolve("large.jsonl");
    String filler = "x".repeat(2_000);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < 100_000; i++) {
        out.write("{\"input\":\"question " + i + "\",\"references\":[\"" + filler + "\"]}\n");
      }
    }
    long[] seen = {0, 0};
    long before = used();

    try (Stream<EvalCase> cases = Dataset.stream(file)) {
      cases.forEach(
          each -> {
            if (++seen[0] % 25_000 == 0) {
              seen[1] = Math.max(seen[1], used() - before);
            }
          });
    }

    assertThat(seen[0]).isEqualTo(100_000);
    // the file has 200 MB: a tenth of it would show that rows are kept
    assertThat(seen[1]).isLessThan(20L << 20);
  }

  /** The least of three collections: one alone may leave what died while it ran. */
  private static long used() {
    var memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private String written(Dataset dataset, String name) throws IOException {
    dataset.write(dir.resolve(name));
    return Files.readString(dir.resolve(name));
  }

  private static EvalCase anyCase(Random random) {
    EvalCase.Builder builder = EvalCase.builder().input(text(random));
    if (random.nextBoolean()) {
      builder.id("case " + random.nextInt(1 << 30) + label(random));
    }
    if (random.nextBoolean()) {
      builder.output(text(random));
    }
    builder.references(some(random, () -> text(random)));
    some(random, () -> label(random)).forEach(builder::tag);
    some(random, () -> text(random)).forEach(builder::sample);
    some(random, () -> text(random))
        .forEach(each -> builder.document(random.nextBoolean() ? label(random) : null, each));
    if (random.nextBoolean()) {
      builder.retrievedIds(some(random, () -> label(random)));
    }
    if (random.nextBoolean()) {
      Map<String, Double> gains = new LinkedHashMap<>();
      boolean graded = random.nextBoolean();
      some(random, () -> label(random))
          .forEach(each -> gains.put(each, graded ? random.nextInt(5) / 3.0 : 1.0));
      builder.relevantIds(gains);
    }
    if (random.nextBoolean()) {
      builder.expectedToolCalls(some(random, () -> new ToolCall(label(random), json(random))));
    }
    if (random.nextBoolean()) {
      builder.toolCalls(some(random, () -> new ToolCall(label(random), json(random))));
    }
    some(random, () -> text(random)).forEach(each -> builder.variant(each, text(random)));
    some(random, () -> text(random)).forEach(each -> builder.metadata(label(random), each));
    builder.messages(some(random, () -> message(random)));
    return builder.build();
  }

  private static Message message(Random random) {
    return new Message(
        List.of("system", "user", "assistant", "tool").get(random.nextInt(4)),
        some(random, () -> part(random)),
        random.nextInt(4) == 0 ? text(random) : null);
  }

  private static MessagePart part(Random random) {
    Modality modality = Modality.values()[random.nextInt(Modality.values().length)];
    String maybe = random.nextBoolean() ? text(random) : null;
    return switch (random.nextInt(9)) {
      case 0 -> new MessagePart.Reasoning(text(random));
      case 1 -> new MessagePart.Refusal(text(random));
      case 2 -> new MessagePart.ToolCall(maybe, label(random), json(random));
      case 3 -> new MessagePart.ToolResponse(maybe, text(random));
      case 4 -> new MessagePart.Blob(modality, maybe, "aGk=");
      case 5 -> new MessagePart.FileRef(modality, maybe, text(random));
      case 6 -> new MessagePart.UriRef(modality, maybe, text(random));
      case 7 -> new MessagePart.Other(text(random), JsonText.of("{\"a\":[1,2.50,null,true]}"));
      default -> new MessagePart.Text(text(random));
    };
  }

  /** What a model may write as arguments: JSON as we would lay it out, otherwise, and no JSON. */
  private static JsonText json(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1 -> JsonText.of("{\"a\":1,\"b\":[\"x\",null,false,1.50e10]}");
      case 2 -> JsonText.of("{ \"a\" : 1 }");
      case 3 -> JsonText.of("null");
      case 4 -> JsonText.of("\"text\"");
      case 5 -> JsonText.of("{\"a\":");
      case 6 -> JsonText.of("{\"a\":1,\"a\":2}");
      default -> JsonText.of(text(random));
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(6);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private static String label(Random random) {
    return "l" + text(random);
  }

  private static <T> List<T> some(Random random, Supplier<T> each) {
    return Stream.generate(each).limit(random.nextInt(3)).toList();
  }
}
