package dev.llmops.eval;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EvalArchitectureTest {

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.llmops.eval");

  @Test
  void theContractNeverSeesAFamily() {
    noClasses()
        .that()
        .resideInAPackage("dev.llmops.eval")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.llmops.eval.text..",
            "dev.llmops.eval.semantic..",
            "dev.llmops.eval.judge..",
            "dev.llmops.eval.safety..",
            "dev.llmops.eval.consistency..",
            "dev.llmops.eval.retrieval..",
            "dev.llmops.eval.agent..")
        .check(MAIN);
  }

  @Test
  void nobodyHereSeesATelemetryLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.opentelemetry..", "io.micrometer..")
        .check(MAIN);
  }

  @Test
  void testLibrariesAreSeenByTheirOwnPackagesOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.llmops.eval.junit..", "dev.llmops.eval.assertj..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.junit..", "org.assertj..")
        .check(MAIN);
  }

  @Test
  void everythingThatHasANameIsDescribed() throws IOException {
    StringBuilder docs = new StringBuilder();
    try (Stream<Path> pages = Files.walk(Path.of("../docs/evaluators"))) {
      for (Path page : pages.filter(each -> each.toString().endsWith(".md")).toList()) {
        docs.append(Files.readString(page));
      }
    }

    List<String> undescribed =
        Stream.concat(Evaluators.names().stream(), RunMetrics.names().stream())
            .filter(name -> !docs.toString().contains("`" + name + "`"))
            .toList();

    assertThat(Evaluators.names()).isNotEmpty();
    assertThat(RunMetrics.names()).isNotEmpty();
    assertThat(undescribed).as("names without a `name` in docs/evaluators/*.md").isEmpty();
  }
}
