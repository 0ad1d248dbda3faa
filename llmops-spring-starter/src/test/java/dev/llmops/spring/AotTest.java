package dev.llmops.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.llmops.testing.FakeModelServer;
import dev.llmops.testing.Fixture;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

/** Spring's processing ahead of time, of an application with everything on. */
class AotTest {

  private static final List<String> EVERYTHING =
      List.of(
          "--server.port=0",
          "--server.address=127.0.0.1",
          "--spring.main.banner-mode=off",
          // it would find the services of other tests, which generated code cannot see
          "--spring.autoconfigure.exclude=dev.langchain4j.spring.LangChain4jAutoConfig",
          "--spring.jmx.enabled=false",
          "--spring.reactor.context-propagation=auto",
          "--management.endpoints.web.exposure.include=llmops",
          "--llmops.content.capture=redacted",
          "--llmops.log.enabled=true",
          "--llmops.sampling.rate=0.5",
          "--llmops.micrometer.enabled=true",
          "--llmops.servers.urls=http://localhost:18000",
          "--llmops.online.evaluators=toxicity",
          "--llmops.context.conversation-header=X-Conversation-Id",
          "--llmops.context.user=true",
          "--llmops.context.session=true",
          "--llmops.context.salt=0123456789abcdef");

  @Feature(
      value = "processed ahead of time (`spring.aot.enabled=true`)",
      on = {"3.5", "4.1"})
  @Test
  void anApplicationWithEverythingOnStartsFromGeneratedCode(@TempDir Path directory)
      throws Exception {
    assumeFalse(
        SpringBootVersion.getVersion().startsWith("4.0"), "to save time; 3.5 and 4.1 differ most");
    Path sources = directory.resolve("sources");
    Path resources = directory.resolve("resources");
    Path classes = directory.resolve("classes");
    new SpringApplicationAotProcessor(
            AotApplication.class,
            Settings.builder()
                .sourceOutput(sources)
                .resourceOutput(resources)
                .classOutput(classes)
                .groupId("test")
                .artifactId("test")
                .build(),
            EVERYTHING.toArray(String[]::new))
        .process();
    compile(sources, classes);

    String output;
    try (FakeModelServer server = FakeModelServer.start()) {
      server.enqueue(Fixture.CHAT_BASIC);
      output = run(classes, resources, server.baseUrl());
    }

    assertThat(output)
        .contains(
            "AOT generated: true",
            "AOT answer: A lighthouse warns ships of rocks and shallow water.",
            // 17 x 0.15 / 1,000,000 + 11 x 0.60 / 1,000,000: OpenAI's price page of 2026-07-11
            "AOT call: gpt-4o-mini 0.00000915",
            "AOT step: answer true",
            "AOT conversation: Hello",
            "AOT endpoint: {\"matching\":1");
    assertThat(hints(resources))
        .contains("dev/llmops/cost/", "com.openai.services.blocking.chat.ChatCompletionService");
  }

  private static void compile(Path sources, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Path> files;
    try (Stream<Path> all = Files.walk(sources)) {
      files = all.filter(each -> each.toString().endsWith(".java")).toList();
    }
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  manager,
                  null,
                  List.of(
                      "-proc:none",
                      "-parameters",
                      "-nowarn",
                      "-classpath",
                      classes + File.pathSeparator + System.getProperty("java.class.path"),
                      "-d",
                      classes.toString()),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      assertThat(compiled).as("the generated sources compile").isTrue();
    }
  }

  private static String run(Path classes, Path resources, String baseUrl) throws Exception {
    Path log = Files.createTempFile("aot", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dspring.aot.enabled=true");
    command.add("-classpath");
    command.add(
        String.join(
            File.pathSeparator,
            classes.toString(),
            resources.toString(),
            System.getProperty("java.class.path")));
    command.add(AotApplication.class.getName());
    command.addAll(EVERYTHING);
    command.add("--test.base-url=" + baseUrl);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(240, TimeUnit.SECONDS)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String output = Files.readString(log);
    Files.delete(log);
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  /** The files are named by the version of Spring. */
  private static String hints(Path resources) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(resources)) {
      for (Path each : files.filter(file -> file.toString().endsWith(".json")).toList()) {
        all.append(Files.readString(each));
      }
    }
    return all.toString().replace("\\/", "/");
  }
}
