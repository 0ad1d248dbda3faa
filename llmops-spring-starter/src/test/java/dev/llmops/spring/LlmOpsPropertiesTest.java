package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llmops.LlmOps;
import dev.llmops.eval.Evaluators;
import dev.llmops.otel.ContentPlacement;
import dev.llmops.otel.SemConvDialect;
import dev.llmops.sink.JsonlSink;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

class LlmOpsPropertiesTest {

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(LlmOpsAutoConfiguration.class));

  @Test
  void readsEveryProperty() {
    application
        .withPropertyValues(
            "llmops.content.capture=redacted",
            "llmops.content.max-chars=1000",
            "llmops.otel.enabled=false",
            "llmops.otel.dialect=v1-41",
            "llmops.otel.content=full",
            "llmops.otel.chunk-times=true",
            "llmops.otel.content-placement=span-and-event",
            "llmops.otel.emit-event=true",
            "llmops.otel.tool-details=true",
            "llmops.metrics.tags=team,tier",
            "llmops.metrics.max-series=50",
            "llmops.redaction.kinds=secrets,cn-id",
            "llmops.redaction.patterns.employee-id=E\\d{6}",
            "llmops.jsonl.sync=every-record",
            "llmops.jsonl.queue-capacity=100",
            "llmops.jsonl.queue-size=1MB",
            "llmops.ring.max-size=2MB",
            "llmops.budget.hourly=1",
            "llmops.budget.daily=2.50",
            "llmops.budget.monthly=3",
            "llmops.budget.per-user-hourly=4",
            "llmops.budget.per-user-daily=5",
            "llmops.budget.per-user-monthly=6",
            "llmops.budget.per-conversation-daily=7",
            "llmops.budget.per-model-daily=8",
            "llmops.budget.currency=EUR",
            "llmops.budget.action=warn",
            "llmops.budget.refuse-unpriced=true",
            "llmops.budget.max-keys=500",
            "llmops.jsonl.path=target/never-written.jsonl",
            "llmops.jsonl.max-file-size=10MB",
            "llmops.jsonl.max-files=3",
            "llmops.jsonl.content=none",
            "llmops.log.enabled=true",
            "llmops.ring.capacity=50",
            "llmops.ring.content=full",
            "llmops.sampling.rate=0.25",
            "llmops.sampling.keep-errors=false",
            "llmops.sampling.keep-slower-than=1500ms",
            "llmops.sampling.keep-dearer-than=0.50",
            "llmops.sampling.currency=EUR",
            "llmops.pricing.bundled=false",
            "llmops.openai.enabled=false",
            "llmops.langchain4j.enabled=false")
        .run(
            context ->
                assertThat(context.getBean(LlmOpsProperties.class))
                    .isEqualTo(
                        new LlmOpsProperties(
                            true,
                            new LlmOpsProperties.Content(ContentCapture.REDACTED, 1000),
                            new LlmOpsProperties.Redaction(
                                Set.of(RedactionKind.SECRETS, RedactionKind.CN_ID),
                                Map.of("employee-id", "E\\d{6}")),
                            new LlmOpsProperties.Otel(
                                false,
                                SemConvDialect.V1_41,
                                ContentCapture.FULL,
                                ContentPlacement.SPAN_AND_EVENT,
                                true,
                                true,
                                true),
                            new LlmOpsProperties.Metrics(List.of("team", "tier"), 50),
                            new LlmOpsProperties.Jsonl(
                                Path.of("target/never-written.jsonl"),
                                DataSize.ofMegabytes(10),
                                3,
                                ContentCapture.NONE,
                                JsonlSink.Sync.EVERY_RECORD,
                                100,
                                DataSize.ofMegabytes(1)),
                            new LlmOpsProperties.Log(true),
                            new LlmOpsProperties.Ring(
                                50, DataSize.ofMegabytes(2), ContentCapture.FULL),
                            new LlmOpsProperties.Sampling(
                                0.25,
                                false,
                                Duration.ofMillis(1500),
                                new BigDecimal("0.50"),
                                "EUR"),
                            new LlmOpsProperties.Pricing(null, false),
                            new LlmOpsProperties.Budget(
                                new BigDecimal("1"),
                                new BigDecimal("2.50"),
                                new BigDecimal("3"),
                                new BigDecimal("4"),
                                new BigDecimal("5"),
                                new BigDecimal("6"),
                                new BigDecimal("7"),
                                new BigDecimal("8"),
                                "EUR",
                                BudgetAction.WARN,
                                true,
                                500),
                            new LlmOpsProperties.OpenAi(false),
                            new LlmOpsProperties.SpringAi(
                                true, SpringAiSpans.OURS, java.util.Map.of()),
                            new LlmOpsProperties.LangChain4j(false))));
  }

  /** What stands for a group of which nothing is set is what would be bound then. */
  @Test
  void groupsOfWhichNothingIsSetHaveTheirDefaults() throws Exception {
    Binder nothing = new Binder(List.of());
    LlmOpsProperties unset = nothing.bindOrCreate("llmops", LlmOpsProperties.class);
    int groups = 0;
    for (RecordComponent each : LlmOpsProperties.class.getRecordComponents()) {
      if (each.getType().isRecord()) {
        groups++;
        assertThat(each.getAccessor().invoke(unset))
            .as(each.getName())
            .isNotNull()
            .isEqualTo(
                nothing.bindOrCreate(
                    "llmops." + each.getName().toLowerCase(Locale.ROOT), each.getType()));
      }
    }

    assertThat(groups).isEqualTo(13);
    assertThat(unset.enabled()).isTrue();
    assertThat(
            new Binder(new MapConfigurationPropertySource(Map.of("llmops.ring.capacity", "5")))
                .bindOrCreate("llmops", LlmOpsProperties.class))
        .isEqualTo(
            new LlmOpsProperties(
                true,
                null,
                null,
                null,
                null,
                null,
                null,
                new LlmOpsProperties.Ring(5, DataSize.ofMegabytes(64), null),
                null,
                null,
                null,
                null,
                null,
                null));
  }

  @Test
  void aBlankPathIsNone() {
    application
        .withPropertyValues("llmops.jsonl.path=", "llmops.pricing.file=")
        .run(
            context -> {
              assertThat(context.getBean(LlmOps.class).stats().sinks()).isEmpty();
              assertThat(context.getBean(LlmOpsProperties.class).pricing().file()).isNull();
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llmops.content.max-chars=0| llmops.content.max-chars must be between 1 and 2147483647, but"
            + " was 0",
        "llmops.jsonl.max-file-size=0B| llmops.jsonl.max-file-size must be 1B or more, but was 0B",
        "llmops.jsonl.max-files=0| llmops.jsonl.max-files must be between 1 and 10001, but was 0",
        "llmops.ring.capacity=0| llmops.ring.capacity must be between 1 and 1048576, but was 0",
        "llmops.sampling.rate=1.5| llmops.sampling.rate must be 0 or between 1.0E-9 and 1.0, but"
            + " was 1.5",
        "llmops.sampling.rate=NaN| llmops.sampling.rate must be 0 or between 1.0E-9 and 1.0, but"
            + " was NaN",
        "llmops.sampling.keep-slower-than=-1s| llmops.sampling.keep-slower-than must not be"
            + " negative, but was PT-1S",
        "llmops.sampling.keep-dearer-than=-1| llmops.sampling.keep-dearer-than must not be"
            + " negative, but was -1",
        "llmops.budget.daily=0| llmops.budget.daily must be above 0, but was 0; leave it out for no"
            + " limit",
        "llmops.budget.currency=usd| llmops.budget.currency must be an ISO 4217 code of three"
            + " capital letters such as USD, but was \"usd\"",
        "llmops.budget.max-keys=1| llmops.budget.max-keys must be between 2 and 1048576, but was 1",
        "llmops.metrics.max-series=0| llmops.metrics.max-series must be between 1 and 100000, but"
            + " was 0",
        "llmops.jsonl.queue-capacity=0| llmops.jsonl.queue-capacity must be between 1 and 1048576,"
            + " but was 0",
        "llmops.ring.max-size=0B| llmops.ring.max-size must be 1B or more, but was 0B",
        "llmops.redaction.patterns.key=a(b| llmops.redaction.patterns.key must be a regular"
            + " expression of java.util.regex, but at index 3: Unclosed group (in a .properties file"
            + " a backslash is written twice)",
        "llmops.redaction.patterns.1st=a| llmops.redaction.patterns.1st must be named by letters,"
            + " digits and -, beginning with a letter",
        "llmops.sampling.currency=EURO| llmops.sampling.currency must be an ISO 4217 code of three"
            + " capital letters such as USD, but was \"EURO\"",
        "llmops.sampling.currency=usd| llmops.sampling.currency must be an ISO 4217 code of three"
            + " capital letters such as USD, but was \"usd\"",
      })
  void aValueOutOfRangeStopsTheStart(String property, String message) {
    application
        .withPropertyValues(property)
        .run(context -> assertThat(context).getFailure().rootCause().hasMessage(message));
  }

  @Test
  void bootShowsTheMessageAndNoStackTrace() {
    assertThat(failureOf("--llmops.ring.capacity=0"))
        .contains(
            "APPLICATION FAILED TO START",
            "Failed to bind properties under 'llmops.ring'",
            "llmops.ring.capacity must be between 1 and 1048576, but was 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llmops.enabled",
        "llmops.openai.enabled",
        "llmops.annotations.enabled",
        "llmops.online.enabled"
      })
  void whatIsNeitherTrueNorFalseStopsTheStart(String property) {
    assertThat(failureOf("--" + property + "=treu"))
        .contains(
            "Description:",
            property + " must be true or false, but was \"treu\"",
            "Correct " + property);
  }

  @Test
  void switchesAreReadAsOtherPropertiesOfSpringAre() {
    application
        .withPropertyValues("llmops.openai.enabled=yes", "llmops.annotations.enabled=off")
        .run(
            context -> {
              assertThat(context).hasSingleBean(OpenAiClientPostProcessor.class);
              assertThat(context).doesNotHaveBean(StepAnnotations.class);
            });
  }

  @Test
  void bootNamesAPropertyWhoseFileCannotBeUsed(@TempDir Path directory) throws Exception {
    Path prices = Files.writeString(directory.resolve("prices.csv"), "provider,model\n");

    assertThat(failureOf("--llmops.pricing.file=" + prices))
        .contains(
            "Invalid value '" + prices + "' for configuration property 'llmops.pricing.file'",
            "prices.csv");
    assertThat(failureOf("--llmops.pricing.file=" + directory.resolve("missing.json")))
        .contains("for configuration property 'llmops.pricing.file'", "missing.json");
    assertThat(failureOf("--llmops.jsonl.path=" + directory))
        .contains(
            "Invalid value '" + directory + "' for configuration property 'llmops.jsonl.path'");
  }

  @Test
  void everyPropertyIsDescribedForEditorsAndInTheDocsWithItsDefault() throws Exception {
    Map<String, String> docs = new TreeMap<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `(llmops\\.[^`]+)` \\| ([^|]*)\\|")
            .matcher(Files.readString(Path.of("../docs/spring.md")));
    while (row.find()) {
      assertThat(docs.put(row.group(1), withoutZeros(row.group(2).replace("`", "").strip())))
          .isNull();
    }
    Map<String, String> properties = new TreeMap<>();
    for (JsonNode property : metadata().get("properties")) {
      String name = property.get("name").asText();
      if (name.startsWith("llmops.")) { // the others are actuator's own of the endpoint
        assertThat(property.path("description").asText()).as(name).isNotBlank().endsWith(".");
        JsonNode value = property.path("defaultValue");
        properties.put(name, value.isArray() ? "" : withoutZeros(value.asText()));
      }
    }

    assertThat(properties).containsKeys("llmops.enabled", "llmops.jsonl.path");
    assertThat(docs).isEqualTo(properties);
  }

  @Test
  void editorsAreToldTheValues() throws Exception {
    Map<String, List<String>> hints = new TreeMap<>();
    for (JsonNode hint : metadata().get("hints")) {
      List<String> values = new ArrayList<>();
      hint.path("values").forEach(each -> values.add(each.get("value").asText()));
      hints.put(hint.get("name").asText(), values);
    }

    assertThat(hints.get("llmops.online.evaluators"))
        .containsExactlyInAnyOrderElementsOf(Evaluators.names());
    assertThat(hints.get("llmops.redaction.kinds"))
        .containsExactlyElementsOf(
            Arrays.stream(RedactionKind.values())
                .map(each -> each.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList());
    for (JsonNode property : metadata().get("properties")) {
      String name = property.get("name").asText();
      if (name.startsWith("llmops.") && name.endsWith("currency")) {
        assertThat(hints.get(name)).as(name).contains("USD");
      }
    }
  }

  /** 1.0 and 1 are the same default. */
  private static String withoutZeros(String number) {
    return number.replaceFirst("\\.0$", "");
  }

  private static JsonNode metadata() throws Exception {
    try (InputStream metadata =
        LlmOpsProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      return new ObjectMapper().readTree(metadata);
    }
  }

  @Test
  void theCodeOfTheDocsCompiles() throws Exception {
    String compiled =
        Files.readString(Path.of("src/test/java/dev/llmops/spring/DocsExamples.java"))
            .replaceAll("\\s+", " ");
    Matcher block =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/spring.md")));

    List<String> blocks = block.results().map(each -> each.group(1)).toList();

    assertThat(blocks)
        .hasSize(8)
        .allSatisfy(each -> assertThat(compiled).contains(each.strip().replaceAll("\\s+", " ")));
  }

  /** What Boot reports; a stack trace would mean that it did not understand the failure. */
  private static String failureOf(String argument) {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> errors = new ListAppender<>();
    errors.start();
    String before = System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
    root.addAppender(errors);
    try {
      SpringApplication application = new SpringApplication(Application.class);
      application.setWebApplicationType(WebApplicationType.NONE);
      assertThatThrownBy(() -> application.run(argument)).isNotNull();
    } finally {
      root.detachAppender(errors);
      if (before == null) {
        System.clearProperty("org.springframework.boot.logging.LoggingSystem");
      }
    }
    List<ILoggingEvent> reported =
        errors.list.stream().filter(event -> event.getLevel() == Level.ERROR).toList();
    assertThat(reported).hasSize(1);
    assertThat(reported.get(0).getThrowableProxy()).isNull();
    return reported.get(0).getFormattedMessage();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(LlmOpsAutoConfiguration.class)
  static class Application {}
}
