package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.internal.LinearText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fenced code blocks after CommonMark 0.31, section 4.5, at the outermost level. */
final class CodeFences {

  private CodeFences() {}

  /** A block: the first word behind the fence in lower case, what is inside, whether it ends. */
  record Block(String language, String code, boolean closed) {}

  static Evaluator of(String language) {
    String wanted = language.strip().toLowerCase(Locale.ROOT);
    EvaluatorSpec spec =
        EvaluatorSpec.free("code_fence", Scale.UNIT, Need.OUTPUT)
            .withSettings(wanted.isEmpty() ? Map.of() : Map.of("language", wanted));
    return Evaluators.of(
        spec, evalCase -> evaluate(spec, blocks(TextEvaluators.output(evalCase)), wanted));
  }

  private static EvalResult evaluate(EvaluatorSpec spec, List<Block> blocks, String wanted) {
    if (blocks.isEmpty()) {
      return Scored.of(spec, false, "no fenced code block");
    }
    if (!blocks.get(blocks.size() - 1).closed()) {
      return Scored.of(spec, false, "the last code block is not closed");
    }
    boolean named =
        wanted.isEmpty() || blocks.stream().anyMatch(each -> each.language().equals(wanted));
    return Scored.of(
        spec,
        named,
        blocks.size()
            + (blocks.size() == 1 ? " code block" : " code blocks")
            + (named ? ", closed" : ", none of them " + wanted));
  }

  static List<Block> blocks(String text) {
    List<Block> blocks = new ArrayList<>();
    StringBuilder code = null;
    String language = "";
    char mark = ' ';
    int size = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      int indent = indent(line);
      int run = run(line, indent);
      char first = indent < line.length() ? line.charAt(indent) : ' ';
      String rest = line.substring(Math.min(line.length(), indent + run)).strip();
      if (code == null) {
        // an info string behind backticks holds no backtick: that is inline code
        if (indent <= 3 && run >= 3 && !(first == '`' && rest.indexOf('`') >= 0)) {
          code = new StringBuilder();
          mark = first;
          size = run;
          int space = rest.indexOf(' ');
          language = LinearText.lower(space < 0 ? rest : rest.substring(0, space));
        }
      } else if (indent <= 3 && first == mark && run >= size && rest.isEmpty()) {
        blocks.add(new Block(language, code.toString(), true));
        code = null;
      } else {
        code.append(line).append('\n');
      }
    }
    if (code != null) {
      blocks.add(new Block(language, code.toString(), false));
    }
    return blocks;
  }

  /** The inside of the block where the text is one closed block and nothing else. */
  static String onlyBlock(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("```") && !stripped.startsWith("~~~")) {
      return text;
    }
    List<Block> blocks = blocks(stripped);
    return blocks.size() == 1
            && blocks.get(0).closed()
            && (stripped.endsWith("```") || stripped.endsWith("~~~"))
        ? blocks.get(0).code()
        : text;
  }

  private static int indent(String line) {
    int indent = 0;
    while (indent < line.length() && line.charAt(indent) == ' ' && indent < 4) {
      indent++;
    }
    return indent;
  }

  private static int run(String line, int from) {
    if (from >= line.length() || (line.charAt(from) != '`' && line.charAt(from) != '~')) {
      return 0;
    }
    int end = from;
    while (end < line.length() && line.charAt(end) == line.charAt(from)) {
      end++;
    }
    return end - from;
  }
}
