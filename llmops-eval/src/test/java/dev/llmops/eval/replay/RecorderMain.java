package dev.llmops.eval.replay;

import dev.llmops.LlmContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A process that records: {@code folder threads callsEach prefix}. Says each question on its own
 * line as soon as its call has returned; with {@code callsEach} -1 it goes on until it is killed.
 */
final class RecorderMain {

  private RecorderMain() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int threads = Integer.parseInt(args[1]);
    int callsEach = Integer.parseInt(args[2]);
    String prefix = args[3];
    Plain plain = new Plain();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (CassetteSession session = CassetteStore.at(folder, CassetteMode.RECORD).open()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        all.add(
            pool.submit(
                LlmContext.current()
                    .wrap(
                        (Runnable)
                            () -> {
                              for (int i = 0; i != callsEach; i++) {
                                String question = prefix + "-" + thread + "-" + i;
                                String unused = plain.ask(question, () -> answer(question));
                                synchronized (System.out) {
                                  System.out.println(question);
                                  System.out.flush();
                                }
                              }
                            })));
      }
      for (Future<?> each : all) {
        each.get();
      }
      if (session.notStored() > 0) {
        throw new IllegalStateException(session.problems().get(0));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** What the model says to a question; long enough to be written in many pages. */
  static String answer(String question) {
    return ("answer to " + question + " ").repeat(400);
  }
}
