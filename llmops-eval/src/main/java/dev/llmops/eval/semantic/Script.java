package dev.llmops.eval.semantic;

import java.lang.Character.UnicodeScript;
import java.util.List;

/** What a text is written in, as far as it decides which model reads it. */
enum Script {
  /** Latin letters for the most part. */
  LATIN,
  /** Chinese characters, at least three for seven words in Latin letters. */
  HAN,
  /** Another script: Japanese and Korean too. */
  OTHER,
  /** No letters to tell by, such as a number. */
  NONE,
  /** Of several texts: they differ. */
  MIXED;

  /** A Chinese text with many English words still reads as Chinese. */
  private static final double HAN_SHARE = 0.3;

  /** Japanese writes about half of its characters in kana; Chinese none. */
  private static final double KANA_SHARE = 0.2;

  /** The one script of all texts that have one. */
  static Script ofAll(List<String> texts) {
    Script all = NONE;
    for (String text : texts) {
      Script one = of(text);
      if (one == NONE || one == all) {
        continue;
      }
      if (all != NONE) {
        return MIXED;
      }
      all = one;
    }
    return all;
  }

  static Script of(String text) {
    int latinWords = 0;
    int han = 0;
    int kana = 0;
    int other = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (!Character.isLetter(c)) {
        inWord = false;
        continue;
      }
      UnicodeScript script = UnicodeScript.of(c);
      boolean starts = !inWord;
      inWord = false;
      switch (script) {
        case HAN -> han++;
        case HIRAGANA, KATAKANA -> kana++;
        case HANGUL, THAI, LAO, KHMER, MYANMAR -> other++;
        case LATIN -> {
          latinWords += starts ? 1 : 0;
          inWord = true;
        }
        case COMMON, INHERITED -> {}
        default -> {
          other += starts ? 1 : 0;
          inWord = true;
        }
      }
    }
    if (kana > KANA_SHARE * (kana + han)) {
      other += kana + han;
      han = 0;
    }
    int all = latinWords + han + other;
    if (all == 0) {
      return NONE;
    }
    if (2 * other > all) {
      return OTHER;
    }
    return han >= HAN_SHARE * (han + latinWords) ? HAN : LATIN;
  }
}
