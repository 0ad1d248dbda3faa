package dev.llmops;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.llmops");

  @Test
  void theRootPackageNeverSeesAClient() {
    noClasses()
        .that()
        .resideInAPackage("dev.llmops")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.llmops.client..")
        .check(MAIN);
  }

  @Test
  void noClientPackageSeesAnother() {
    SlicesRuleDefinition.slices()
        .matching("dev.llmops.client.(*)..")
        .should()
        .notDependOnEachOther()
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void nobodyHereSeesATelemetryOrTestLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.opentelemetry..", "org.junit..", "org.assertj..")
        .check(MAIN);
  }

  @Test
  void onlyClientsSeeVendors() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.llmops.client..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "com.openai..",
            "com.anthropic..",
            "kotlin..",
            "okhttp3..",
            "org.springframework..",
            "reactor..",
            "io.micrometer..")
        .check(MAIN);
  }

  @Test
  void noJacksonTypeIsInAPublicSignature() {
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should()
        .notHaveRawReturnType(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "a Jackson type", type -> type.getPackageName().startsWith("com.fasterxml")))
        .andShould()
        .notHaveRawParameterTypes(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "a Jackson type",
                types ->
                    types.stream()
                        .anyMatch(type -> type.getPackageName().startsWith("com.fasterxml"))))
        .check(MAIN);
  }

  @Test
  void bringsFourLibrariesAndNoMore() throws Exception {
    org.w3c.dom.NodeList dependencies =
        (org.w3c.dom.NodeList)
            javax.xml.xpath.XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                    "/project/dependencies/dependency[not(scope) and not(optional='true')]"
                        + "/artifactId",
                    javax.xml.parsers.DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new java.io.File("pom.xml")),
                    javax.xml.xpath.XPathConstants.NODESET);
    java.util.List<String> mandatory = new java.util.ArrayList<>();
    for (int i = 0; i < dependencies.getLength(); i++) {
      mandatory.add(dependencies.item(i).getTextContent());
    }

    org.assertj.core.api.Assertions.assertThat(mandatory)
        .containsExactlyInAnyOrder("jackson-databind", "caffeine", "jspecify", "slf4j-api");
  }

  @Test
  void everyPackageIsDescribed() {
    classes()
        .that()
        .arePublic()
        .should(
            new com.tngtech.archunit.lang.ArchCondition<>("live in a package with package-info") {
              @Override
              public void check(
                  com.tngtech.archunit.core.domain.JavaClass type,
                  com.tngtech.archunit.lang.ConditionEvents events) {
                if (type.getPackage().tryGetPackageInfo().isEmpty()) {
                  events.add(
                      com.tngtech.archunit.lang.SimpleConditionEvent.violated(
                          type, type.getPackageName() + " has no package-info"));
                }
              }
            })
        .check(MAIN);
  }
}
