package dev.llmops.privacy;

import java.util.List;

/** Runs finders over a text, the first one first; what one has claimed the next cannot see. */
final class ScanningRedactor implements Redactor {

  /**
   * A claim hides characters that kept a neighbour from being accepted, so the finders run again
   * until nothing new is found; the limit keeps the work linear.
   */
  private static final int MAX_ROUNDS = 4;

  /** Shorter texts are scanned about as fast as looked up, and would push longer ones out. */
  private static final int WORTH_KEEPING = 256;

  record Pass(Finder finder, String mark) {}

  private final List<Pass> passes;
  private final RecentTexts recent = new RecentTexts();

  ScanningRedactor(List<Pass> passes) {
    this.passes = List.copyOf(passes);
  }

  @Override
  public String redact(String text) {
    if (text.length() < WORTH_KEEPING) {
      return redacted(text);
    }
    String known = recent.find(text);
    if (known == null) {
      known = redacted(text);
      recent.add(text, known);
    }
    return known;
  }

  private String redacted(String text) {
    MarkedText marked = new MarkedText(text);
    scan(marked);
    return marked.claims() == 0 ? text : marked.redacted();
  }

  void scan(MarkedText marked) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      int before = marked.claims();
      for (Pass pass : passes) {
        pass.finder().scan(marked, pass.mark());
      }
      if (marked.claims() == before) {
        break;
      }
    }
  }
}
