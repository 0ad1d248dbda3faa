package dev.llmops.eval.dataset;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.Evaluator;
import dev.llmops.privacy.Redactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Cases to hold an application against, each with an id of its own. Immutable and thread-safe.
 *
 * <p>Read from files whose names end in {@code .jsonl}, {@code .json}, {@code .csv}, {@code .yaml}
 * or {@code .yml}, in UTF-8; {@code docs/datasets.md} lists the fields. YAML needs {@code
 * org.snakeyaml:snakeyaml-engine}. One case may hold 4,194,304 characters, 100,000 values and 64
 * levels.
 *
 * <p>A case without an id gets one of 16 hexadecimal digits from what it asks (input, messages and
 * context), so that it keeps its id when rows move and when its references are corrected. Cases
 * that ask the same get eight digits more, from all that they say. Give ids to cases whose wording
 * will change.
 */
public final class Dataset {

  private final String name;
  private final String source;
  private final List<EvalCase> cases;
  private final Map<String, String> places;
  private volatile @Nullable String version;

  Dataset(String name, String source, List<EvalCase> cases, Map<String, String> places) {
    this.name = name;
    this.source = source;
    this.cases = cases;
    this.places = places;
  }

  /**
   * The dataset at a location: {@code classpath:qa.jsonl} on the classpath, {@code file:qa.jsonl}
   * in the file system, and {@code qa.jsonl} on the classpath or, where that has none, in the file
   * system, from the working directory. A directory is read as by {@link #read(Path)}, unless it
   * stands in a jar.
   *
   * @throws DatasetException if a row is not as it must be
   * @throws UncheckedIOException if it does not exist or cannot be read
   */
  public static Dataset load(String location) {
    if (location.isBlank()) {
      throw new IllegalArgumentException("location must not be blank");
    }
    return DatasetFiles.load(location);
  }

  /**
   * The dataset in a file, or in all files of a directory and its subdirectories in the order of
   * their paths. Hidden files and those named {@code README…}, {@code LICENSE…} and {@code NOTICE…}
   * are left out; links to directories are not followed.
   *
   * @throws DatasetException if a row is not as it must be
   * @throws UncheckedIOException if it does not exist or cannot be read
   */
  public static Dataset read(Path path) {
    return DatasetFiles.read(path, path.toString());
  }

  /**
   * The cases of a file one by one, as the stream is consumed, for files that are too large for the
   * memory; close the stream, unless it is consumed to its end. The first row that is not as it
   * must be ends it with a {@link DatasetException}. Only what can be seen without the other rows
   * is checked: an id may occur twice, and rows that ask the same have the same derived id.
   *
   * @throws UncheckedIOException if it does not exist or cannot be read; also from the stream
   */
  public static Stream<EvalCase> stream(Path path) {
    return DatasetFiles.stream(path);
  }

  /**
   * A dataset of these cases; those without an id get one.
   *
   * @throws DatasetException if two cases have the same id
   */
  public static Dataset of(String name, List<EvalCase> cases) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank");
    }
    return of(name, "memory", cases, Map.of());
  }

  static Dataset of(String name, String source, List<EvalCase> cases, Map<String, String> places) {
    Problems problems = new Problems(name);
    Set<String> ids = new HashSet<>();
    for (EvalCase each : cases) {
      if (each.id() != null && !ids.add(each.id())) {
        problems.add(name, 0, 0, "id " + Names.quoted(each.id()) + " occurs twice");
      }
    }
    problems.throwIfAny();
    return new Dataset(name, source, CaseIds.complete(cases), places);
  }

  /** Its name: that of its file without the ending. */
  public String name() {
    return name;
  }

  /** Where it was read, as it was named then; {@code memory} when nowhere. */
  public String source() {
    return source;
  }

  /**
   * What it holds, as 64 hexadecimal digits: SHA-256 over the sorted SHA-256 of its cases, each as
   * the line of JSON that {@link #write} makes. The same whatever the order of the rows, the format
   * and the layout; another when a case, its id or its metadata changes. Recorded calls do not
   * count.
   */
  public String version() {
    String known = version;
    if (known == null) {
      known = CaseIds.version(cases);
      version = known;
    }
    return known;
  }

  /** The cases, each with an id that no other has. */
  public List<EvalCase> cases() {
    return cases;
  }

  /** How many cases there are. */
  public int size() {
    return cases.size();
  }

  /** Where the case with this id was read: {@code qa.jsonl:12}; absent when in no file. */
  public @Nullable String place(String id) {
    return places.get(id);
  }

  /** The cases that pass. */
  public Dataset filter(Predicate<EvalCase> condition) {
    return with(cases.stream().filter(condition).toList());
  }

  /** The slice with this tag. */
  public Dataset tagged(String tag) {
    Objects.requireNonNull(tag, "tag must not be null");
    return filter(each -> each.tags().contains(tag));
  }

  /** The slice whose metadata has this value under this key. */
  public Dataset slice(String key, String value) {
    Objects.requireNonNull(value, "value must not be null");
    return filter(each -> value.equals(each.metadata().get(key)));
  }

  /**
   * This many cases, or all when there are fewer, chosen by the hash of seed and id and kept in
   * their order. A case that is added or removed changes at most one of those chosen.
   *
   * @throws IllegalArgumentException if {@code n} is negative
   */
  public Dataset sample(int n, long seed) {
    if (n < 0) {
      throw new IllegalArgumentException("n must not be negative, but was " + n);
    }
    record Ranked(long rank, String id) {}
    List<Ranked> ranked = new ArrayList<>(cases.size());
    cases.forEach(each -> ranked.add(new Ranked(CaseIds.rank(id(each), seed), id(each))));
    ranked.sort(Comparator.comparingLong(Ranked::rank).thenComparing(Ranked::id));
    Set<String> chosen = new HashSet<>();
    ranked.subList(0, Math.min(n, ranked.size())).forEach(each -> chosen.add(each.id()));
    return filter(each -> chosen.contains(id(each)));
  }

  /**
   * Parts of about these fractions of the cases, in the order of the fractions. The hash of seed
   * and id alone says where a case goes, so that it stays there when others come or go; hence the
   * sizes vary as those of random draws do.
   *
   * @param fractions each above 0, together 1
   * @throws IllegalArgumentException if they are not
   */
  public List<Dataset> split(long seed, double... fractions) {
    double sum = 0;
    for (double fraction : fractions) {
      if (!(fraction > 0)) {
        throw new IllegalArgumentException("fractions must be above 0, but one was " + fraction);
      }
      sum += fraction;
    }
    if (!(Math.abs(sum - 1) < 1e-9)) {
      throw new IllegalArgumentException("fractions must add up to 1, but were " + sum);
    }
    List<List<EvalCase>> parts = new ArrayList<>();
    for (int i = 0; i < fractions.length; i++) {
      parts.add(new ArrayList<>());
    }
    for (EvalCase each : cases) {
      // the 53 highest bits, as a number of [0, 1)
      double at = (CaseIds.rank(id(each), seed) >>> 11) * 0x1p-53;
      int part = 0;
      for (double end = fractions[0]; part < fractions.length - 1 && at >= end; part++) {
        end += fractions[part + 1];
      }
      parts.get(part).add(each);
    }
    return parts.stream().map(part -> with(List.copyOf(part))).toList();
  }

  /** Without cases that say the same, but for their ids, as one before them. */
  public Dataset distinct() {
    Set<EvalCase> seen = new HashSet<>();
    return filter(each -> seen.add(each.toBuilder().id(null).build()));
  }

  /**
   * Without cases that ask the same as one before them, whatever else they say: the same input,
   * messages and context but for case, width, accents of compatibility, punctuation and white
   * space.
   */
  public Dataset distinctInputs() {
    Set<String> seen = new HashSet<>();
    return filter(
        each -> {
          String asked = Asked.of(each);
          return asked.isEmpty() || seen.add(asked);
        });
  }

  /**
   * These cases, then those of another.
   *
   * @throws DatasetException if both have a case with the same id
   */
  public Dataset concat(Dataset other) {
    List<EvalCase> both = new ArrayList<>(cases);
    both.addAll(other.cases);
    Map<String, String> where = new java.util.HashMap<>(other.places);
    where.putAll(places);
    return of(
        name, source.equals(other.source) ? source : source + ", " + other.source, both, where);
  }

  /**
   * The cases changed, in their order; keep their ids.
   *
   * @throws DatasetException if two changed cases have the same id
   */
  public Dataset map(UnaryOperator<EvalCase> change) {
    return of(name, source, cases.stream().map(change).toList(), places);
  }

  /**
   * The cases with every text redacted, but for ids, names of tools and tags; bytes of media, which
   * a redactor cannot look into, are left out, and so are recorded calls.
   *
   * @throws DatasetException if the redactor throws; nothing of what it says is repeated
   */
  public Dataset redacted(Redactor redactor) {
    Objects.requireNonNull(redactor, "redactor must not be null");
    Problems problems = new Problems(name);
    List<EvalCase> redacted = new ArrayList<>(cases.size());
    for (EvalCase each : cases) {
      try {
        redacted.add(CaseTexts.map(each, redactor::redact).toBuilder().call(null).build());
      } catch (RuntimeException e) {
        String what =
            "case " + Names.quoted(id(each)) + ": redactor threw " + e.getClass().getName();
        problems.add(name, 0, 0, what);
      }
    }
    problems.throwIfAny();
    return with(List.copyOf(redacted));
  }

  /**
   * What is wrong or suspicious: copies, contradictions, empty questions, answers in the question,
   * broken text, personal data and credentials, unbalanced labels, and what these evaluators would
   * skip for lack of something. What a task makes, such as an output, is missed only where other
   * cases have it. Takes tens of milliseconds a thousand short cases.
   */
  public DatasetCheck check(Evaluator... evaluators) {
    return DatasetCheck.of(this, List.of(evaluators));
  }

  /**
   * Writes the cases to a file in the format that its name ends in, in place of what was there.
   * What is read back is equal; a recorded call ({@link EvalCase#call()}) is not written.
   *
   * <p>A spreadsheet takes a cell of a CSV file that begins with {@code =}, {@code +}, {@code -} or
   * {@code @} for a formula. Cells are written as they are: open files with content of strangers as
   * text, or write another format.
   *
   * @throws IllegalArgumentException if the name has no known ending
   * @throws UncheckedIOException if it cannot be written, also when CSV cannot hold a text
   */
  public void write(Path path) {
    Format format = Format.of(path.toString());
    if (format == null) {
      throw new IllegalArgumentException(
          "file name must end in " + Format.ENDINGS + ", but was " + path);
    }
    try {
      DatasetWriter.write(cases, path, format);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "dataset [" + path + "] cannot be written: " + e.getMessage(), e);
    }
  }

  private Dataset with(List<EvalCase> some) {
    return new Dataset(name, source, some, places);
  }

  private static String id(EvalCase evalCase) {
    return String.valueOf(evalCase.id());
  }

  /** By name and cases, in their order. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Dataset that && name.equals(that.name) && cases.equals(that.cases);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, cases);
  }

  /** Name, size and source; never content. */
  @Override
  public String toString() {
    return "Dataset["
        + name
        + ", "
        + size()
        + (size() == 1 ? " case" : " cases")
        + ", "
        + source
        + "]";
  }
}
