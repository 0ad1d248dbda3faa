package dev.llmops.eval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.EvalResult;
import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.EvalResult.Skipped;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.RunMetric;
import dev.llmops.eval.text.BleuSettings.Smoothing;
import dev.llmops.eval.text.RougeSettings.Measure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hand-computed values; those of the reference implementations are in the gold test. */
class ReferenceMetricsTest {

  private static final List<String> NAMES =
      List.of(
          "squad_exact_match",
          "squad_f1",
          "token_recall",
          "rouge_1",
          "rouge_2",
          "rouge_l",
          "rouge_lsum",
          "bleu",
          "chrf",
          "chrf_plus_plus",
          "ter",
          "meteor",
          "levenshtein",
          "jaro_winkler",
          "jaccard");

  @Test
  void everyMetricIsMadeByNameAndAgainFromItsSignature() {
    assertThat(Evaluators.names()).containsAll(NAMES);
    for (String name : NAMES) {
      for (Map<String, String> settings :
          List.of(Map.<String, String>of(), Map.of("mode", "reference"))) {
        Evaluator made = Evaluators.byName(name, settings);
        assertThat(made.spec().name()).isEqualTo(name);
        assertThat(made.spec().settings()).containsKeys("mode", "implementation", "tokenizer");
        assertThat(Evaluators.byName(name, made.spec().settings()).spec()).isEqualTo(made.spec());
      }
    }
  }

  @Test
  void theSignatureNamesModeTokenizerAndImplementation() {
    assertThat(ReferenceMetrics.bleu(BleuSettings.REFERENCE).spec().signature())
        .isEqualTo(
            "bleu@1{effective_order=true, implementation=sacrebleu 2.6.0, lowercase=false,"
                + " max_order=4, mode=reference, smoothing=exp, smoothing_value=0.0,"
                + " tokenizer=13a}");
  }

  @Test
  void settingsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> Evaluators.byName("bleu", Map.of("tokenizer", "rouge")))
        .hasMessage(
            "tokenizer must be one of universal, 13a, intl, zh, char, none, but was \"rouge\"");
    assertThatThrownBy(
            () -> Evaluators.byName("bleu", Map.of("tokenizer", "13a", "mode", "default")))
        .hasMessage(
            "setting \"mode\" must fit tokenizer 13a, whose mode is reference, but was"
                + " \"default\"; leave one of them out");
    assertThatThrownBy(() -> Evaluators.byName("rouge_l", Map.of("implementation", "other")))
        .hasMessage(
            "setting \"implementation\" must be \"llmops 1\" or left out, but was \"other\"");
    assertThatThrownBy(() -> Evaluators.byName("chrf", Map.of("tokenizer", "13a")))
        .hasMessageContaining("must be \"character\" or left out");
    assertThatThrownBy(() -> ReferenceMetrics.jaroWinkler(0.3, false))
        .hasMessage("prefixScale must be between 0 and 0.25, but was 0.3");
    assertThatThrownBy(() -> BleuSettings.DEFAULT.withMaxOrder(0))
        .hasMessage("maxOrder must be between 1 and 16, but was 0");
  }

  @Test
  void squadDropsCasePunctuationAndArticles() {
    Evaluator exact = ReferenceMetrics.squadExactMatch(AnswerNormalization.SQUAD);

    assertThat(raw(exact, "The Eiffel Tower!", "Eiffel tower")).isEqualTo(1);
    assertThat(raw(exact, "an Eiffel", "theatre Eiffel")).isEqualTo(0);
    assertThat(raw(exact, "Lyon", "Paris", "lyon.")).isEqualTo(1);
    assertThat(result(exact, "Lyon", "Paris").reason())
        .isEqualTo("missing: \"paris\"; extra: \"lyon\"");
  }

  @Test
  void squadF1IsTheHarmonicMeanOfTokenOverlap() {
    // in, paris, france against paris: 1/3 and 1/1 -> 2 * 1/3 / (4/3) = 1/2
    assertThat(raw(ReferenceMetrics.squadF1(), "in Paris, France", "Paris"))
        .isCloseTo(0.5, within(1e-12));
    // the second reference is closer: 2/3 and 2/2 -> 4/3 / (5/3) = 4/5
    assertThat(raw(ReferenceMetrics.squadF1(), "in Paris, France", "Paris", "Paris France"))
        .isCloseTo(0.8, within(1e-12));
    assertThat(raw(ReferenceMetrics.tokenRecall(), "I think it is Paris", "Paris, France"))
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void cmrcCountsTheLongestRunOfCharacters() {
    // gold 足球运动员 is a run of 5 of the 5; the output has 10 characters -> 2 * 5 / 15
    assertThat(raw(ReferenceMetrics.squadF1(AnswerNormalization.CMRC), "中国足球运动员，司职后", "足球运动员"))
        .isCloseTo(2 * 5 / 15.0, within(1e-12));
    assertThat(raw(ReferenceMetrics.squadExactMatch(AnswerNormalization.CMRC), "「足球」。", "足球"))
        .isEqualTo(1);
  }

  @Test
  void rougeCountsNgramsAndSubsequences() {
    // the cat | sat against the cat | ate fish: 2/3 and 2/4; 1/2 and 1/3
    assertThat(raw(ReferenceMetrics.rouge1(), "the cat sat", "the cat ate fish"))
        .isCloseTo(4 / 7.0, within(1e-12));
    assertThat(raw(ReferenceMetrics.rouge2(), "the cat sat", "the cat ate fish"))
        .isCloseTo(0.4, within(1e-12));
    assertThat(raw(ReferenceMetrics.rougeL(), "testing two", "testing one two"))
        .isCloseTo(0.8, within(1e-12));
    Evaluator precision =
        ReferenceMetrics.rouge1(RougeSettings.DEFAULT.withMeasure(Measure.PRECISION));
    assertThat(raw(precision, "the cat sat", "the cat ate fish")).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void rougeLsumTakesTheUnionOverLines() {
    // the example of Lin 2004, section 3.2: w1 w2 and w1 w3 w5 -> 4 of 5 and 4 of 10
    assertThat(
            raw(ReferenceMetrics.rougeLsum(), "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5"))
        .isCloseTo(2 * 0.8 * 0.4 / 1.2, within(1e-12));
  }

  @Test
  void rougeStemsWhenAsked() {
    assertThat(raw(ReferenceMetrics.rouge1(), "running dogs", "runs dog")).isEqualTo(0);
    assertThat(
            raw(
                ReferenceMetrics.rouge1(RougeSettings.REFERENCE.withStemmer(true)),
                "running dogs",
                "runs dog"))
        .isEqualTo(1);
  }

  @Test
  void porterFollowsThePapersExamples() {
    // examples of Porter 1980, and of NLTK's extensions where they differ
    Map.ofEntries(
            Map.entry("caresses", "caress"),
            Map.entry("ponies", "poni"),
            Map.entry("ties", "tie"),
            Map.entry("feed", "feed"),
            Map.entry("agreed", "agre"),
            Map.entry("plastered", "plaster"),
            Map.entry("bled", "bled"),
            Map.entry("motoring", "motor"),
            Map.entry("sing", "sing"),
            Map.entry("conflated", "conflat"),
            Map.entry("troubled", "troubl"),
            Map.entry("sized", "size"),
            Map.entry("hopping", "hop"),
            Map.entry("falling", "fall"),
            Map.entry("hissing", "hiss"),
            Map.entry("filing", "file"),
            Map.entry("happy", "happi"),
            Map.entry("enjoy", "enjoy"),
            Map.entry("relational", "relat"),
            Map.entry("conditional", "condit"),
            Map.entry("vietnamization", "vietnam"),
            Map.entry("triplicate", "triplic"),
            Map.entry("hopefulness", "hope"),
            Map.entry("revival", "reviv"),
            Map.entry("adoption", "adopt"),
            Map.entry("probate", "probat"),
            Map.entry("rate", "rate"),
            Map.entry("cease", "ceas"),
            Map.entry("controlling", "control"),
            Map.entry("rolling", "roll"),
            Map.entry("dying", "die"),
            Map.entry("SKIES", "sky"),
            Map.entry("is", "is"))
        .forEach((word, stem) -> assertThat(PorterStemmer.stem(word)).as(word).isEqualTo(stem));
  }

  @Test
  void bleuIsTheGeometricMeanOfSmoothedPrecisions() {
    // 3/4, 1/3 ("this is", "is a", "a test": 2/3), 1/2 and, halved, 1/2 of 1
    Evaluator whitespace =
        ReferenceMetrics.bleu(BleuSettings.REFERENCE.withTokenizer(MetricTokenizer.WHITESPACE));
    assertThat(raw(whitespace, "this is a fest", "this is a test"))
        .isCloseTo(100 * Math.pow(3 / 4.0 * 2 / 3 * 1 / 2 * 1 / 2, 0.25), within(1e-9));
    // one of four words, effective order 1; brevity exp(1 - 4/1)
    assertThat(raw(whitespace, "this", "this is a test"))
        .isCloseTo(100 * Math.exp(-3), within(1e-9));
    assertThat(
            raw(
                ReferenceMetrics.bleu(BleuSettings.REFERENCE.withSmoothing(Smoothing.NONE)),
                "this is a fest",
                "this is a test"))
        .isCloseTo(0, within(1e-9));
    assertThat(raw(ReferenceMetrics.bleu(), "this is a test", "this is a test")).isEqualTo(100);
  }

  @Test
  void bleuClipsByTheReferenceThatHasMostAndTakesTheClosestLength() {
    // Papineni et al. 2002, section 2.1: "the" is clipped to 2 of 7
    BleuSettings unigrams = BleuSettings.REFERENCE.withMaxOrder(1).withSmoothing(Smoothing.NONE);
    assertThat(
            raw(
                ReferenceMetrics.bleu(unigrams),
                "the the the the the the the",
                "the cat is on the mat",
                "there is a cat on the mat"))
        .isCloseTo(100 * 2 / 7.0, within(1e-9));
  }

  @Test
  void thirteenACutsPunctuationButNotNumbers() {
    assertThat(MetricTokenizer.MTEVAL_13A.tokens("Say &quot;1,000.5&quot;, (a-b) 3-4 don't."))
        .containsExactly(
            "Say", "\"", "1,000.5", "\"", ",", "(", "a-b", ")", "3", "-", "4", "don't", ".");
    assertThat(MetricTokenizer.CHINESE.tokens("我爱Java。")).containsExactly("我", "爱", "Java", "。");
    assertThat(MetricTokenizer.INTERNATIONAL.tokens("x «a» 5,5€"))
        .containsExactly("x", "«", "a", "»", "5,5", "€");
  }

  @Test
  void chrfAveragesOrdersThatBothTextsHave() {
    // order 1: 1 of 2 and 1 of 2; order 2: 0 of 1 -> P = R = 1/4
    assertThat(raw(ReferenceMetrics.chrf(), "aa", "ab")).isCloseTo(25, within(1e-9));
    // chrF++ adds words: order 1: 0 of 1 -> P = R = (1/2 + 0 + 0) / 3
    assertThat(raw(ReferenceMetrics.chrfPlusPlus(), "aa", "ab")).isCloseTo(100 / 6.0, within(1e-9));
    // recall counts twice: P 1, R 1/2 for order 1 -> 5 * 1/2 / (4 + 1/2)
    assertThat(raw(ReferenceMetrics.chrf(ChrfSettings.DEFAULT.withCharOrder(1)), "a", "ab"))
        .isCloseTo(100 * 2.5 / 4.5, within(1e-9));
  }

  @Test
  void terCountsAMoveAsOneEdit() {
    assertThat(raw(ReferenceMetrics.ter(), "d e f g h a b c", "a b c d e f g h"))
        .isCloseTo(12.5, within(1e-9));
    EvalResult worse = result(ReferenceMetrics.ter(), "x y z", "a");
    // 3 edits for one word: 300 %, score 100 / (100 + 300)
    assertThat(((Scored) worse).raw()).isCloseTo(300, within(1e-9));
    assertThat(((Scored) worse).score()).isCloseTo(0.25, within(1e-9));
  }

  @Test
  void terDividesByTheMeanLengthOfReferences() {
    // no edit against the second; lengths 2 and 4 -> 1 edit / 3 after one substitution
    assertThat(raw(ReferenceMetrics.ter(), "a b c x", "q r", "a b c d"))
        .isCloseTo(100 / 3.0, within(1e-9));
  }

  @Test
  void meteorPunishesRuns() {
    // 3 matches in 1 run: P 1, R 3/4 -> 0.75 / (0.9 + 0.075), penalty 1/2 * (1/3)^3
    assertThat(raw(ReferenceMetrics.meteor(), "the cat sat", "the cat sat on"))
        .isCloseTo(0.75 / 0.975 * (1 - 0.5 / 27), within(1e-12));
    // b a against a b: 2 matches in 2 runs: 1 * (1 - 1/2)
    assertThat(raw(ReferenceMetrics.meteor(), "b a", "a b")).isCloseTo(0.5, within(1e-12));
    assertThat(raw(ReferenceMetrics.meteor(MeteorSettings.REFERENCE), ".", ".")).isEqualTo(0.5);
  }

  @Test
  void levenshteinCountsCodePoints() {
    assertThat(raw(ReferenceMetrics.levenshtein(), "kitten", "sitting"))
        .isCloseTo(1 - 3 / 7.0, within(1e-12));
    Evaluator distance = ReferenceMetrics.levenshtein(LevenshteinMeasure.DISTANCE);
    assertThat(raw(distance, "a😀c", "a😁c")).isEqualTo(1);
    // k->s and e->i cost 2 each, g 1: 5 of 13
    assertThat(raw(ReferenceMetrics.levenshtein(LevenshteinMeasure.RATIO), "kitten", "sitting"))
        .isCloseTo(1 - 5 / 13.0, within(1e-12));
    assertThat(raw(distance, "", "")).isEqualTo(0);
  }

  @Test
  void bitVectorsAgreeWithTheTablesBeyondOneBlock() {
    Random random = new Random(7);
    for (int run = 0; run < 200; run++) {
      String one = letters(random, random.nextInt(300));
      String other = letters(random, random.nextInt(300));
      EditDistance distance = EditDistance.of(one, other);
      int[] table = table(one, other);
      assertThat(distance.levenshtein()).isEqualTo(table[0]);
      assertThat(distance.insertionsAndDeletions())
          .isEqualTo(one.length() + other.length() - 2 * table[1]);
    }
  }

  @Test
  void jaroWinklerFollowsItsPaper() {
    // Winkler's examples: MARTHA/MARHTA 0.944 and 0.961, DWAYNE/DUANE 0.822 and 0.84
    assertThat(raw(ReferenceMetrics.jaroWinkler(0, false), "MARTHA", "MARHTA"))
        .isCloseTo((1 + 1 + 5 / 6.0) / 3, within(1e-12));
    assertThat(raw(ReferenceMetrics.jaroWinkler(), "MARTHA", "MARHTA"))
        .isCloseTo(0.9611, within(1e-4));
    assertThat(raw(ReferenceMetrics.jaroWinkler(), "DWAYNE", "DUANE"))
        .isCloseTo(0.84, within(1e-4));
    assertThat(raw(ReferenceMetrics.jaroWinkler(), "", "")).isEqualTo(1);
    assertThat(raw(ReferenceMetrics.jaroWinkler(), "", "a")).isEqualTo(0);
  }

  @Test
  void jaccardComparesSets() {
    assertThat(raw(ReferenceMetrics.jaccard(), "the cat the sat", "the cat ran"))
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void noMetricIsZeroForOverlapInAScriptWithoutSpaces() {
    List<List<String>> pairs =
        List.of(
            List.of("一个女人在镜头前摆姿势。", "一个女人在镜头前跳起来摆姿势。"),
            List.of("彼は東京に住んでいます。", "彼女は東京に住んでいました。"),
            List.of("ฉันรักภาษาไทยมาก", "ผมรักภาษาไทย"),
            List.of("ຂ້ອຍຮັກພາສາລາວຫຼາຍ", "ຂ້ອຍຮັກພາສາລາວ"),
            List.of("ខ្ញុំស្រឡាញ់ភាសាខ្មែរណាស់", "ខ្ញុំស្រឡាញ់ភាសាខ្មែរ"),
            List.of("မြန်မာစာကိုချစ်တယ်", "မြန်မာစာချစ်တယ်"),
            List.of("اللغة العربية جميلة جدا", "اللغة العربية جميلة حقا"),
            List.of("हिन्दी भाषा बहुत सुन्दर है", "हिन्दी भाषा बहुत अच्छी है"),
            List.of("Привет, большой мир", "Привет, большой город"),
            List.of("한국어 문장은 여기 있습니다", "한국어 문장은 저기 있습니다"),
            List.of("שלום עולם גדול", "שלום עולם קטן"));
    for (String name : NAMES) {
      if (name.equals("squad_exact_match")) {
        continue;
      }
      for (List<String> pair : pairs) {
        Scored partly = (Scored) result(Evaluators.byName(name), pair.get(0), pair.get(1));
        assertThat(partly.score())
            .as(name + " " + pair)
            .isBetween(0.1, name.equals("token_recall") ? 1 : 0.999);
      }
    }
  }

  @Test
  void equalTextsScoreFullInEveryScript() {
    for (String text :
        List.of("The answer is 42.", "你好，世界！", "สวัสดี", "مرحبا بالعالم", "e\u0301t\u00e9 ça va")) {
      for (String name : NAMES) {
        Scored scored = (Scored) result(Evaluators.byName(name), text, text);
        if (name.equals("meteor")) {
          assertThat(scored.score()).isGreaterThan(0.9);
        } else {
          assertThat(scored.score()).as(name + " " + text).isCloseTo(1, within(1e-12));
        }
      }
    }
  }

  @Test
  void compatibilityFormsAndQuotesAreOneInDefaultMode() {
    assertThat(raw(ReferenceMetrics.squadExactMatch(), "ＡＢＣ１２３", "abc123")).isEqualTo(1);
    assertThat(raw(ReferenceMetrics.squadExactMatch(), "don’t", "don't")).isEqualTo(1);
    assertThat(raw(ReferenceMetrics.rouge1(), "caf\u00e9", "cafe\u0301")).isEqualTo(1);
    assertThat(raw(ReferenceMetrics.squadExactMatch(), "中文 空格", "中文空格")).isEqualTo(1);
    assertThat(raw(ReferenceMetrics.bleu(), "“你好”，世界", "\"你好\",世界")).isEqualTo(100);
  }

  @Test
  void defaultModeEqualsReferenceModeOnPlainAscii() {
    List<String> texts =
        List.of(
            "The quick (brown) fox, aged 3.5, doesn't jump-over 1,000 dogs!",
            "A quick fox; it's 3.5 years old and jumps over 1000 dogs.",
            "snake_case & c++ at 50% <tag> \"quoted\"");
    for (String name : NAMES) {
      // reference METEOR and TER do not cut punctuation off words
      if (List.of("meteor", "ter").contains(name)) {
        continue;
      }
      for (String one : texts) {
        for (String other : texts) {
          assertThat(raw(Evaluators.byName(name), one, other))
              .as(name)
              .isEqualTo(raw(Evaluators.byName(name, Map.of("mode", "reference")), one, other));
        }
      }
    }
  }

  @Test
  void undefinedIsSkippedByDefaultAndNotZero() {
    for (String name : NAMES) {
      if (List.of("levenshtein", "jaro_winkler").contains(name)) {
        continue;
      }
      assertThat(result(Evaluators.byName(name), "an answer", " "))
          .as(name)
          .isInstanceOf(Skipped.class);
    }
    assertThat(result(ReferenceMetrics.rouge2(), "Paris", "Paris").reason())
        .isEqualTo("rouge_2 is not defined: no reference has two tokens");
    assertThat(result(ReferenceMetrics.rouge1(), "", "Paris")).isInstanceOf(Scored.class);
    assertThat(ReferenceMetrics.bleu().evaluate(EvalCase.builder().output("x").build()).reason())
        .isEqualTo("bleu needs a reference: EvalCase.Builder.references(..)");
  }

  @Test
  void corpusBleuIsNotTheMeanOfSentences() {
    RunMetric metric =
        ReferenceMetrics.corpusBleu(
            BleuSettings.REFERENCE
                .withEffectiveOrder(false)
                .withMaxOrder(1)
                .withSmoothing(Smoothing.NONE));
    List<EvalCase> cases =
        new ArrayList<>(
            List.of(
                EvalCase.of("a b c d", "a b c d"), EvalCase.of("x", "y"), EvalCase.of("", "z")));

    RunMetric.RunResult result = metric.measure(cases);

    // 4 of 5 words; 5 against 6: exp(1 - 6/5)
    assertThat(((Scored) result.result()).raw()).isCloseTo(80 * Math.exp(-0.2), within(1e-9));
    assertThat(result.details())
        .containsEntry("cases", 3.0)
        .containsEntry("precision_1", 80.0)
        .containsEntry("output_length", 5.0)
        .containsEntry("reference_length", 6.0);
    Collections.reverse(cases);
    assertThat(metric.measure(cases)).isEqualTo(result);
  }

  @Test
  void anIncompleteRunIsSkippedWithTheNumberOfCases() {
    EvalCase complete = EvalCase.of("a", "a");
    EvalCase incomplete = EvalCase.builder().output("a").build();
    for (RunMetric metric :
        List.of(
            ReferenceMetrics.corpusBleu(),
            ReferenceMetrics.corpusChrf(),
            ReferenceMetrics.corpusTer())) {
      assertThat(metric.measure(List.of(complete, incomplete)).result())
          .isInstanceOf(Skipped.class)
          .extracting(EvalResult::reason)
          .isEqualTo("1 of 2 cases lack an output or a reference");
      assertThat(metric.measure(List.of()).result().reason())
          .isEqualTo(metric.spec().name() + " needs at least one case");
      assertThat(metric.measure(List.of(complete)).result()).isInstanceOf(Scored.class);
    }
  }

  @Test
  void scoresStayInRangeAndSymmetricMeasuresAreSymmetric() {
    Random random = new Random(11);
    for (int run = 0; run < 300; run++) {
      String one = soup(random);
      String other = soup(random);
      for (String name : NAMES) {
        for (String mode : List.of("default", "reference")) {
          Evaluator evaluator = Evaluators.byName(name, Map.of("mode", mode));
          EvalResult result = result(evaluator, one, other);
          assertThat(result).isNotInstanceOf(EvalResult.Errored.class);
          if (List.of("rouge_1", "rouge_l", "levenshtein", "jaccard", "squad_f1").contains(name)
              && result instanceof Scored scored
              && result(evaluator, other, one) instanceof Scored back) {
            assertThat(back.raw()).as(name).isCloseTo(scored.raw(), within(1e-12));
          }
        }
      }
    }
  }

  @Test
  @Timeout(120)
  void hostileTextsEndInAResultOrASkip() {
    int size = 200_000; // quadratic work would take minutes
    String mixed = "你好 world مرحبا ไทย 😀 \u0000\u001f\u202e a\u0301 \ud800 {\"a\":[[[[";
    List<String> texts =
        List.of(
            "",
            " ",
            "\ud800",
            "\udc00\ud800",
            "\u202e\u0000\uffff",
            "a".repeat(size),
            "a ".repeat(size),
            " ".repeat(size),
            ".".repeat(size),
            ". ".repeat(size / 2) + "x",
            "'".repeat(size),
            "[".repeat(size),
            "y".repeat(size),
            "中".repeat(size),
            "\u0301\u0323".repeat(size / 2),
            "\u0301".repeat(size / 2) + "\u0323".repeat(size / 2),
            "\ufdfa".repeat(size / 10),
            "Σ'".repeat(size / 2),
            "a\n".repeat(size / 2),
            mixed.repeat(size / mixed.length()),
            "x".repeat(10_000_000));
    for (String name : NAMES) {
      for (Map<String, String> settings :
          List.of(Map.of("mode", "default"), Map.of("mode", "reference"))) {
        Evaluator evaluator = Evaluators.byName(name, settings);
        for (String text : texts) {
          assertThat(result(evaluator, text, "a short reference 你好"))
              .as(name + " " + text.length())
              .isNotInstanceOf(EvalResult.Errored.class);
        }
      }
    }
    for (String text : texts) {
      assertThat(result(ReferenceMetrics.squadF1(AnswerNormalization.CMRC), text, "a short 你好"))
          .isNotInstanceOf(EvalResult.Errored.class);
    }
  }

  private static EvalResult result(Evaluator evaluator, String output, String... references) {
    return evaluator.evaluate(EvalCase.of(output, references));
  }

  private static double raw(Evaluator evaluator, String output, String... references) {
    EvalResult result = result(evaluator, output, references);
    assertThat(result).isInstanceOf(Scored.class);
    return ((Scored) result).raw();
  }

  private static String letters(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(4)));
    }
    return text.toString();
  }

  private static String soup(Random random) {
    String[] parts = {
      "a", "b", "the", ".", ",", " ", " ", "\n", "你", "好", "ไ", "\u0301", "😀", "\ud800", "3", "-",
      "'", "é", "ing"
    };
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  /** Levenshtein's distance and the length of the longest common subsequence, by the tables. */
  private static int[] table(String one, String other) {
    int[][] distance = new int[one.length() + 1][other.length() + 1];
    int[][] common = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        distance[i][j] =
            Math.min(
                distance[i - 1][j - 1] + (same ? 0 : 1),
                1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
        common[i][j] =
            same ? common[i - 1][j - 1] + 1 : Math.max(common[i - 1][j], common[i][j - 1]);
      }
    }
    return new int[] {distance[one.length()][other.length()], common[one.length()][other.length()]};
  }
}
