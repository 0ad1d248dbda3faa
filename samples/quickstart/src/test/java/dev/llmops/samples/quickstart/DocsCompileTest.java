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

  /** All in one compilation: to read the class path takes far longer than to compile a block. */
  @TestFactory
  Stream<DynamicTest> everyBlockCompiles() throws IOException {
    List<Block> blocks = blocks();
    assertThat(blocks).as("the README and the docs hold Java blocks").hasSizeGreaterThan(10);
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();

    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(
                new StringWriter(),
                null,
                problems,
                List.of(
                    "-d",
                    classes.toString(),
                    "-proc:none",
                    "-Xmaxerrs",
                    "10000",
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                blocks)
            .call();

    Stream<DynamicTest> each =
        blocks.stream()
            .map(
                block ->
                    DynamicTest.dynamicTest(
                        block.where,
                        () -> assertThat(block.errors(problems)).as(block.code).isEmpty()));
    // where javac cannot parse one block, it says nothing of what the others mean
    return Stream.concat(
        each,
        Stream.of(
            DynamicTest.dynamicTest(
                "all blocks", () -> assertThat(compiled).as("compiled").isTrue())));
  }

  private static List<Block> blocks() throws IOException {
    String given;
    try (var in = DocsCompileTest.class.getResourceAsStream("docs-given.java.txt")) {
      given = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
    List<Block> blocks = new ArrayList<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      for (int i = 1; block.find(); i++) {
        if (block.group(1) == null) {
          String where = page.getFileName() + " block " + i;
          blocks.add(new Block("block" + blocks.size(), where, block.group(2), given));
        }
      }
    }
    return blocks;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  /** A source file of a package of its own, so that blocks do not see each other. */
  private static final class Block extends SimpleJavaFileObject {

    private final String where;
    private final String code;
    private final String source;

    Block(String packageName, String where, String code, String given) {
      super(URI.create("string:///" + packageName + "/Doc.java"), Kind.SOURCE);
      this.where = where;
      this.code = code;
      this.source = "package " + packageName + ";\n" + source(given, code);
    }

    private static String source(String given, String code) {
      StringBuilder imports = new StringBuilder();
      StringBuilder body = new StringBuilder();
      for (String line : code.split("\n", -1)) {
        (line.startsWith("import ") ? imports : body).append(line).append('\n');
      }
      boolean members =
          Pattern.compile("(?m)^(@\\w+.*\\n)*(public |final |static )*(class|record|interface) ")
              .matcher(body)
              .find();
      return imports
          + given
              .replace("/* members */", members ? body.toString() : "")
              .replace("/* body */", members ? "" : body.toString());
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }

    List<String> errors(DiagnosticCollector<JavaFileObject> problems) {
      return problems.getDiagnostics().stream()
          .filter(each -> each.getKind() == Diagnostic.Kind.ERROR && isThis(each.getSource()))
          .map(each -> each.getMessage(Locale.ROOT) + "\n  at: " + line(each.getLineNumber()))
          .toList();
    }

    private boolean isThis(JavaFileObject file) {
      return file != null && file.toUri().equals(toUri());
    }

    private String line(long number) {
      List<String> lines = source.lines().toList();
      return number >= 1 && number <= lines.size() ? lines.get((int) number - 1).strip() : "?";
    }
  }
}
