package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles every Java block of the README and of the docs, so that what a newcomer copies works. A
 * block is the body of a method, or whole classes; what it may take as given stands in {@code
 * docs-given.java.txt} beside this test. A block behind {@code <!-- not compiled: why -->} is left
 * out.
 */
class DocsCompileTest {

  private static final Path ROOT = Path.of("../..");
  private static final Pattern BLOCK =
      Pattern.compile("(<!-- not compiled:[^>]*-->\\s*)?```java\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path classes;

  @TestFactory
  Stream<DynamicTest> everyBlockCompiles() throws IOException {
    String given;
    try (var in = DocsCompileTest.class.getResourceAsStream("docs-given.java.txt")) {
      given = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      for (int i = 1; block.find(); i++) {
        if (block.group(1) == null) {
          String code = block.group(2);
          tests.add(
              DynamicTest.dynamicTest(
                  page.getFileName() + " block " + i, () -> compile(given, code)));
        }
      }
    }
    assertThat(tests).as("the README and the docs hold Java blocks").hasSizeGreaterThan(10);
    return tests.stream();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  private void compile(String given, String code) {
    StringBuilder imports = new StringBuilder();
    StringBuilder body = new StringBuilder();
    for (String line : code.split("\n", -1)) {
      (line.startsWith("import ") ? imports : body).append(line).append('\n');
    }
    boolean members =
        Pattern.compile("(?m)^(@\\w+.*\\n)*(public |final |static )*(class|record|interface) ")
            .matcher(body)
            .find();
    String source =
        imports
            + given
                .replace("/* members */", members ? body.toString() : "")
                .replace("/* body */", members ? "" : body.toString());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    JavaFileObject unit =
        new SimpleJavaFileObject(URI.create("string:///Doc.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    boolean ok =
        compiler
            .getTask(
                new StringWriter(),
                null,
                problems,
                List.of(
                    "-d",
                    classes.toString(),
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                List.of(unit))
            .call();
    assertThat(ok)
        .as(
            () ->
                problems.getDiagnostics().stream()
                        .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                        .map(
                            each ->
                                each.getMessage(Locale.ROOT) + "\n  at: " + lineOf(source, each))
                        .toList()
                    + "\n"
                    + code)
        .isTrue();
  }

  private static String lineOf(String source, Diagnostic<?> problem) {
    String[] lines = source.split("\n", -1);
    int line = (int) problem.getLineNumber();
    return line >= 1 && line <= lines.length ? lines[line - 1].strip() : "?";
  }
}
