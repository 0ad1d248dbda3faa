package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Errored;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.EvalResult.Spend;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;

/** Whether JSqlParser, an optional dependency, reads the SQL. */
final class SqlCheck {

  private static final int MAX_CHARS = 20_000;
  private static final int TIMEOUT_MILLIS = 2_000;

  private SqlCheck() {}

  static Evaluator of(boolean fenced) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("sql_valid", Scale.UNIT, Need.OUTPUT)
            .withSettings(Map.of("fenced", Boolean.toString(fenced)));
    return Evaluators.of(
        spec,
        evalCase -> {
          String sql = Json.unfenced(TextEvaluators.output(evalCase), fenced);
          if (sql.length() > MAX_CHARS) {
            return new Skipped(
                spec,
                "the output has "
                    + sql.length()
                    + " characters; at most "
                    + MAX_CHARS
                    + " are read");
          }
          if (sql.isBlank()) {
            return Scored.of(spec, false, "no SQL: the text is empty");
          }
          try {
            return Parser.parse(spec, sql);
          } catch (NoClassDefFoundError e) {
            return new Errored(
                spec,
                "missing_library",
                "sql_valid needs com.github.jsqlparser:jsqlparser 5.3 on the class path; add it",
                Spend.NONE);
          }
        });
  }

  /** Loaded only where the library is there. */
  private static final class Parser {
    static EvalResult parse(EvaluatorSpec spec, String sql) {
      // the library's own executor is not shut down when the SQL is wrong
      ExecutorService thread =
          Executors.newSingleThreadExecutor(
              task -> {
                Thread made = new Thread(task, "llmops-sql-valid");
                made.setDaemon(true);
                return made;
              });
      try {
        int statements =
            CCJSqlParserUtil.parseStatements(
                    sql, thread, parser -> parser.withTimeOut(TIMEOUT_MILLIS))
                .size();
        return Scored.of(
            spec,
            statements > 0,
            statements + (statements == 1 ? " statement" : " statements") + ", all read");
      } catch (JSQLParserException e) {
        if (e.getCause() instanceof TimeoutException) {
          return new Errored(
              spec,
              "timeout",
              "the SQL could not be read within " + TIMEOUT_MILLIS + " ms",
              Spend.NONE);
        }
        return Scored.of(spec, false, "not read as SQL: " + message(e));
      } finally {
        thread.shutdownNow();
      }
    }

    private static String message(JSQLParserException e) {
      String message = e.getMessage() == null ? "" : e.getMessage();
      String plain = message.replaceAll("^(?:[\\w.]+Exception: )+", "").replaceAll("\\s+", " ");
      return plain.substring(0, Math.min(200, plain.length()));
    }
  }
}
