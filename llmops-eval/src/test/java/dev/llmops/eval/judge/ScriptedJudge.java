package dev.llmops.eval.judge;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A judge whose answers the test writes, by the order of the questions or by what they are. */
final class ScriptedJudge implements JudgeModel {

  final List<JudgeRequest> requests = new CopyOnWriteArrayList<>();
  private final Function<JudgeRequest, JudgeAnswer> script;

  private ScriptedJudge(Function<JudgeRequest, JudgeAnswer> script) {
    this.script = script;
  }

  static ScriptedJudge answering(Function<JudgeRequest, String> script) {
    return new ScriptedJudge(request -> JudgeAnswer.ofText(script.apply(request)));
  }

  static ScriptedJudge with(Function<JudgeRequest, JudgeAnswer> script) {
    return new ScriptedJudge(script);
  }

  static ScriptedJudge inTurn(String... answers) {
    AtomicInteger next = new AtomicInteger();
    return answering(request -> answers[next.getAndIncrement()]);
  }

  /** A well-formed verdict. */
  static String verdict(String choice) {
    return "{\"reason\": \"because\", \"choice\": \"" + choice + "\"}";
  }

  @Override
  public String name() {
    return "scripted-1";
  }

  @Override
  public CompletableFuture<JudgeAnswer> ask(JudgeRequest request) {
    requests.add(request);
    return CompletableFuture.completedFuture(script.apply(request));
  }
}
