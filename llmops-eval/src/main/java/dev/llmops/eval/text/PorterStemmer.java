package dev.llmops.eval.text;

import java.util.Map;

/**
 * The Porter stemmer (Porter, "An algorithm for suffix stripping", Program 14(3), 1980) with the
 * extensions of NLTK 3.8, its default, which rouge_score and NLTK's METEOR use: a list of irregular
 * words, words of one or two letters kept, {@code ies} and {@code ied} of four letters → {@code
 * ie}, {@code y} → {@code i} only after a consonant, {@code alli}, {@code fulli}, {@code logi}.
 * Worked: relational → relate (step 2) → relat (step 5a). Linear in the word; not thread-safe, so
 * each call makes its own.
 */
final class PorterStemmer {

  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("innings", "inning"),
          Map.entry("inning", "inning"),
          Map.entry("outings", "outing"),
          Map.entry("outing", "outing"),
          Map.entry("cannings", "canning"),
          Map.entry("canning", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  private static final String[][] STEP_2 = {
    {"ational", "ate"},
    {"tional", "tion"},
    {"enci", "ence"},
    {"anci", "ance"},
    {"izer", "ize"},
    {"bli", "ble"},
    {"alli", "al"},
    {"entli", "ent"},
    {"eli", "e"},
    {"ousli", "ous"},
    {"ization", "ize"},
    {"ation", "ate"},
    {"ator", "ate"},
    {"alism", "al"},
    {"iveness", "ive"},
    {"fulness", "ful"},
    {"ousness", "ous"},
    {"aliti", "al"},
    {"iviti", "ive"},
    {"biliti", "ble"},
    {"fulli", "ful"},
  };

  private static final String[][] STEP_3 = {
    {"icate", "ic"},
    {"ative", ""},
    {"alize", "al"},
    {"iciti", "ic"},
    {"ical", "ic"},
    {"ful", ""},
    {"ness", ""},
  };

  private static final String[] STEP_4 = {
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
  };

  private int[] word;
  private int length;

  private PorterStemmer(String lower) {
    word = lower.codePoints().toArray();
    length = word.length;
  }

  /** The stem of a word in any case; characters beyond a–z count as consonants. */
  static String stem(String given) {
    String lower = PythonText.lower(given);
    String irregular = IRREGULAR.get(lower);
    if (irregular != null) {
      return irregular;
    }
    if (given.codePointCount(0, given.length()) <= 2) {
      return lower;
    }
    PorterStemmer stemmer = new PorterStemmer(lower);
    stemmer.plurals();
    stemmer.pastAndProgressive();
    stemmer.finalY();
    stemmer.doubleSuffixes();
    stemmer.replaceFirst(STEP_3);
    stemmer.singleSuffixes();
    stemmer.finalE();
    if (stemmer.ends("ll") && stemmer.measure(stemmer.length - 1) > 1) {
      stemmer.length--;
    }
    return new String(stemmer.word, 0, stemmer.length);
  }

  /** Step 1a. */
  private void plurals() {
    if (ends("ies")) {
      length -= length == 4 ? 1 : 2;
    } else if (ends("sses")) {
      length -= 2;
    } else if (ends("s") && !ends("ss")) {
      length--;
    }
  }

  /** Step 1b. */
  private void pastAndProgressive() {
    if (ends("ied")) {
      length -= length == 4 ? 1 : 2;
      return;
    }
    if (ends("eed")) {
      if (measure(length - 3) > 0) {
        length--;
      }
      return;
    }
    if (ends("ed") && hasVowel(length - 2)) {
      length -= 2;
    } else if (ends("ing") && hasVowel(length - 3)) {
      length -= 3;
    } else {
      return;
    }
    int last = word[length - 1];
    if (ends("at") || ends("bl") || ends("iz")) {
      append('e');
    } else if (length >= 2 && last == word[length - 2] && isConsonant(length - 1)) {
      if (last != 'l' && last != 's' && last != 'z') {
        length--;
      }
    } else if (ends("*d")) {
      // NLTK compares its mark for a double consonant as a suffix too
      word[--length - 1] = 'd';
    } else if (measure(length) == 1 && endsConsonantVowelConsonant(length)) {
      append('e');
    }
  }

  /** Step 1c. */
  private void finalY() {
    if (ends("y") && length > 2 && isConsonant(length - 2)) {
      word[length - 1] = 'i';
    }
  }

  /** Step 2. */
  private void doubleSuffixes() {
    if (ends("alli") && measure(length - 4) > 0) {
      length -= 2;
    }
    if (!replaceFirst(STEP_2) && ends("logi") && measure(length - 3) > 0) {
      length--;
    }
  }

  /** Step 4. */
  private void singleSuffixes() {
    for (String suffix : STEP_4) {
      if (ends(suffix)) {
        int stem = length - suffix.length();
        boolean removable =
            !suffix.equals("ion") || (stem > 0 && (word[stem - 1] == 's' || word[stem - 1] == 't'));
        if (removable && measure(stem) > 1) {
          length = stem;
        }
        return;
      }
    }
  }

  /** Step 5a. */
  private void finalE() {
    if (ends("e")) {
      int measure = measure(length - 1);
      if (measure > 1 || (measure == 1 && !endsConsonantVowelConsonant(length - 1))) {
        length--;
      }
    }
  }

  /** The first rule whose suffix fits decides, whether its condition holds or not. */
  private boolean replaceFirst(String[][] rules) {
    for (String[] rule : rules) {
      if (ends(rule[0])) {
        if (measure(length - rule[0].length()) > 0) {
          length -= rule[0].length();
          for (int i = 0; i < rule[1].length(); i++) {
            append(rule[1].charAt(i));
          }
        }
        return true;
      }
    }
    return false;
  }

  private void append(int letter) {
    if (length == word.length) {
      word = java.util.Arrays.copyOf(word, length + 4);
    }
    word[length++] = letter;
  }

  private boolean ends(String suffix) {
    int start = length - suffix.length();
    if (start < 0) {
      return false;
    }
    for (int i = 0; i < suffix.length(); i++) {
      if (word[start + i] != suffix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVowel(int letter) {
    return letter == 'a' || letter == 'e' || letter == 'i' || letter == 'o' || letter == 'u';
  }

  /** A y is a consonant at the start and after a vowel. */
  private boolean isConsonant(int index) {
    int i = index;
    while (i > 0 && word[i] == 'y') {
      i--;
    }
    // in a run of y every second one changes sides
    return !isVowel(word[i]) ^ ((index - i) & 1) == 1;
  }

  /** How often a vowel is followed by a consonant in the first letters. */
  private int measure(int end) {
    int measure = 0;
    boolean consonantBefore = true;
    for (int i = 0; i < end; i++) {
      boolean consonant = word[i] == 'y' ? i == 0 || !consonantBefore : !isVowel(word[i]);
      if (consonant && !consonantBefore) {
        measure++;
      }
      consonantBefore = consonant;
    }
    return measure;
  }

  private boolean hasVowel(int end) {
    boolean consonant = true;
    for (int i = 0; i < end; i++) {
      consonant = word[i] == 'y' ? i == 0 || !consonant : !isVowel(word[i]);
      if (!consonant) {
        return true;
      }
    }
    return false;
  }

  private boolean endsConsonantVowelConsonant(int end) {
    if (end == 2) {
      return !isConsonant(0) && isConsonant(1);
    }
    int last = end > 0 ? word[end - 1] : 0;
    return end >= 3
        && isConsonant(end - 3)
        && !isConsonant(end - 2)
        && isConsonant(end - 1)
        && last != 'w'
        && last != 'x'
        && last != 'y';
  }
}
