package dev.llmops.eval.text;

import java.util.ArrayList;
import java.util.List;

/**
 * The segments of CMRC 2018's evaluation script: Chinese characters one by one, what is between
 * them by NLTK's word tokenizer.
 */
final class CmrcSegments {

  /** The script's list, without its two-character ellipsis, which no single character equals. */
  private static final String PUNCTUATION = "-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』";

  /** Some thirty patterns pass over the text, at a microsecond a character. */
  private static final int MAX_CHARS = 500_000;

  private CmrcSegments() {}

  static List<String> of(String text) {
    NotMeasurable.check("text", "characters", text.length(), MAX_CHARS);
    String lower = PythonText.strip(PythonText.lower(text));
    List<String> segments = new ArrayList<>();
    StringBuilder other = new StringBuilder();
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (PUNCTUATION.indexOf(c) >= 0) {
        continue; // without ending the run: a-b is one word
      }
      if (c >= 0x4e00 && c <= 0x9fa5) {
        flush(other, segments);
        segments.add(String.valueOf(c));
        NotMeasurable.checkTokens(segments.size());
      } else {
        other.append(c);
      }
    }
    flush(other, segments);
    return segments;
  }

  static String withoutPunctuation(String text) {
    String lower = PythonText.strip(PythonText.lower(text));
    StringBuilder plain = new StringBuilder(lower.length());
    for (int i = 0; i < lower.length(); i++) {
      if (PUNCTUATION.indexOf(lower.charAt(i)) < 0) {
        plain.append(lower.charAt(i));
      }
    }
    return plain.toString();
  }

  private static void flush(StringBuilder other, List<String> segments) {
    if (other.length() > 0) {
      segments.addAll(NltkWords.of(other.toString()));
      NotMeasurable.checkTokens(segments.size());
      other.setLength(0);
    }
  }
}
