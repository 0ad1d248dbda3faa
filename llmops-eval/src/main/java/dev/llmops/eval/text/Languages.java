package dev.llmops.eval.text;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import dev.llmops.eval.internal.LinearText;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which language a text is mostly in: by script where a script tells, by function words among
 * languages in Latin and Cyrillic letters. Code blocks and addresses are left out.
 */
final class Languages {

  private static final int READ = 100_000;
  private static final int MIN_LETTERS = 2;

  private static final Map<Character.UnicodeScript, String> BY_SCRIPT =
      new EnumMap<>(
          Map.of(
              Character.UnicodeScript.HANGUL, "ko",
              Character.UnicodeScript.ARABIC, "ar",
              Character.UnicodeScript.HEBREW, "he",
              Character.UnicodeScript.GREEK, "el",
              Character.UnicodeScript.THAI, "th",
              Character.UnicodeScript.DEVANAGARI, "hi",
              Character.UnicodeScript.BENGALI, "bn",
              Character.UnicodeScript.TAMIL, "ta",
              Character.UnicodeScript.GEORGIAN, "ka",
              Character.UnicodeScript.ARMENIAN, "hy"));

  /** Frequent words, each with the languages it is frequent in. */
  private static final Map<String, List<String>> WORDS = new HashMap<>();

  private static final Set<String> BY_WORDS = new TreeSet<>();

  static {
    put(
        "en",
        "the of and to in is that it was for on are with as this be at have from or by not but what which you they his her has had were an will would there their can if about when how who do does i we my your");
    put(
        "de",
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über so zum war haben nur oder aber vor zur bis mehr durch man sein wurde ich wir was");
    put(
        "fr",
        "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son cette ses mais comme on tout nous sa aux été elle ou leur deux ces je vous où être fait");
    put(
        "es",
        "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy hasta desde está qué yo");
    put(
        "it",
        "di e il la che in un a per è una sono con non da del si le dei della al come più ma lo ha nel alla i gli anche se o questo delle su dal ed era essere dalla cosa suo loro questa tra nella quando chi mi");
    put(
        "pt",
        "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem são você");
    put(
        "nl",
        "de en het van een in is dat op te zijn met voor niet die er aan om ook als dan maar bij of uit nog naar heeft hij ze door wordt wat over tot deze ik was je werd kan geen worden onder zo");
    put(
        "sv",
        "och i att det som en på är av för med den till inte om ett han var jag de från men så har vi kan när hade sig eller under efter också sin där detta mycket");
    put(
        "pl",
        "i w na z do się nie jest to że o jak za od po co ale dla przez są tym być był który tak jego czy lub oraz także jako może tego ich przy już było która");
    put(
        "tr",
        "bir ve bu da de için ile olarak çok daha olan gibi en o ne kadar sonra ise var ya mi değil her ama olduğu ben tarafından büyük veya");
    put(
        "id",
        "yang dan di dari untuk dengan ini pada itu adalah tidak dalam ke akan oleh juga atau sebagai ada bisa karena mereka saya dapat telah kami lebih seperti");
    put(
        "vi",
        "và của là có không được cho các một những trong với người này để đã khi từ đến cũng như về tôi ra nhiều hay");
    put(
        "ru",
        "и в не на что я с он как это а то по но к из у за от так же для вы бы о его она все был мы или при если они также были которые может быть была");
    put(
        "uk",
        "і в не на що я з він як це а то по але до із у за від так же для ви про його вона всі був ми або при якщо вони також були які може бути та є");
  }

  private Languages() {}

  static Evaluator of(@Nullable String expected) {
    String wanted = expected == null ? null : expected.strip().toLowerCase(Locale.ROOT);
    if (wanted != null && !known().contains(wanted)) {
      throw new IllegalArgumentException(
          "language must be one of "
              + String.join(", ", known())
              + ", but was \""
              + expected
              + "\"");
    }
    EvaluatorSpec spec =
        wanted == null
            ? EvaluatorSpec.free("language", Scale.UNIT, Need.OUTPUT, Need.INPUT)
            : EvaluatorSpec.free("language", Scale.UNIT, Need.OUTPUT)
                .withSettings(Map.of("language", wanted));
    return Evaluators.of(spec, evalCase -> evaluate(spec, evalCase, wanted));
  }

  private static EvalResult evaluate(
      EvaluatorSpec spec, EvalCase evalCase, @Nullable String expected) {
    String input = evalCase.input();
    String wanted = expected != null ? expected : detect(input == null ? "" : input);
    if (wanted == null) {
      return new Skipped(
          spec, "the language of the input cannot be told; set the language that is expected");
    }
    String found = detect(TextEvaluators.output(evalCase));
    if (found == null) {
      return new Skipped(spec, "the output is too short or too mixed to tell its language");
    }
    return Scored.of(
        spec, found.equals(wanted), "the output is in " + found + ", expected " + wanted);
  }

  private static Set<String> known() {
    Set<String> known = new TreeSet<>(BY_SCRIPT.values());
    known.addAll(BY_WORDS);
    known.addAll(List.of("zh", "ja"));
    return known;
  }

  /** ISO 639-1 code of the main language, or null where it cannot be told. */
  static @Nullable String detect(String text) {
    String plain = withoutCode(text.length() > READ ? text.substring(0, READ) : text);
    Map<Character.UnicodeScript, Integer> scripts = new EnumMap<>(Character.UnicodeScript.class);
    int letters = 0;
    for (int i = 0; i < plain.length(); ) {
      int point = plain.codePointAt(i);
      i += Character.charCount(point);
      if (Character.isLetter(point)) {
        letters++;
        Character.UnicodeScript script = Character.UnicodeScript.of(point);
        // a Han character says as much as a short word
        boolean dense = script == Character.UnicodeScript.HAN || Texts.isCjk(point);
        scripts.merge(script, dense ? 3 : 1, Integer::sum);
      }
    }
    if (letters < MIN_LETTERS) {
      return null;
    }
    int kana =
        scripts.getOrDefault(Character.UnicodeScript.HIRAGANA, 0)
            + scripts.getOrDefault(Character.UnicodeScript.KATAKANA, 0);
    int han = scripts.getOrDefault(Character.UnicodeScript.HAN, 0);
    if (kana * 10 >= han && kana > 0) {
      scripts.merge(Character.UnicodeScript.HIRAGANA, han, Integer::sum);
      scripts.remove(Character.UnicodeScript.HAN);
    }
    Character.UnicodeScript main = Character.UnicodeScript.COMMON;
    int most = 0;
    for (Map.Entry<Character.UnicodeScript, Integer> each : scripts.entrySet()) {
      if (each.getValue() > most) {
        most = each.getValue();
        main = each.getKey();
      }
    }
    return switch (main) {
      case HAN -> "zh";
      case HIRAGANA, KATAKANA -> "ja";
      case LATIN, CYRILLIC -> byWords(plain);
      default -> BY_SCRIPT.get(main);
    };
  }

  /** The language with most hits, where it has two, and a fifth more than the next. */
  private static @Nullable String byWords(String text) {
    Map<String, Integer> hits = new TreeMap<>();
    int start = 0;
    String lower = LinearText.lower(text);
    for (int i = 0; i <= lower.length(); i++) {
      boolean letter = i < lower.length() && Character.isLetter(lower.charAt(i));
      if (!letter) {
        if (i > start && i - start <= 12) {
          String word = lower.substring(start, i);
          for (String language : WORDS.getOrDefault(word, List.of())) {
            hits.merge(language, 1, Integer::sum);
          }
        }
        start = i + 1;
      }
    }
    String best = null;
    int most = 0;
    int next = 0;
    for (Map.Entry<String, Integer> each : hits.entrySet()) {
      if (each.getValue() > most) {
        next = most;
        most = each.getValue();
        best = each.getKey();
      } else {
        next = Math.max(next, each.getValue());
      }
    }
    return most >= 2 && most >= 1.2 * next ? best : null;
  }

  private static String withoutCode(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean code = false;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      if (line.stripLeading().startsWith("```")) {
        code = !code;
      } else if (!code) {
        for (String word : line.split("\\s+", -1)) {
          if (!word.contains("://")) {
            out.append(word).append(' ');
          }
        }
        out.append('\n');
      }
    }
    return out.toString();
  }

  private static void put(String language, String words) {
    BY_WORDS.add(language);
    // once a language, however often a list names it
    for (String word : new TreeSet<>(List.of(words.split(" ", -1)))) {
      WORDS.computeIfAbsent(word, absent -> new ArrayList<>()).add(language);
    }
  }
}
