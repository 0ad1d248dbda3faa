package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Follows every relative link of the README, the docs, the samples and the change log. */
class DocsLinksTest {

  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern CODE_BLOCK = Pattern.compile("(?s)```.*?```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("(https?|mailto):.*");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      for (String link : links(page)) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        boolean there =
            Files.exists(target)
                && (parts.length == 1
                    || !target.toString().endsWith(".md")
                    || anchors(target).contains(parts[1]));
        if (!there) {
          dead.add(ROOT.relativize(page) + ": " + link);
        }
      }
    }

    assertThat(dead).as("dead links").isEmpty();
  }

  @Test
  void chineseReadmeLeadsWhereTheEnglishOneDoes() throws IOException {
    Path english = ROOT.resolve("README.md");
    Path chinese = ROOT.resolve("docs/README.zh.md");
    Set<Path> expected = targets(english);
    expected.remove(chinese);
    expected.add(english);

    assertThat(targets(chinese)).isEqualTo(expected);
  }

  private static Set<Path> targets(Path page) throws IOException {
    return links(page).stream()
        .map(link -> page.resolveSibling(link).normalize())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.list(ROOT)) {
      files.filter(each -> each.toString().endsWith(".md")).forEach(pages::add);
    }
    for (String folder : List.of("docs", "samples")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files
            .filter(each -> each.toString().endsWith(".md") && !each.toString().contains("target"))
            .forEach(pages::add);
      }
    }
    assertThat(pages).as("pages").hasSizeGreaterThan(20);
    return pages;
  }

  private static List<String> links(Path page) throws IOException {
    return LINK.matcher(prose(page))
        .results()
        .map(link -> link.group(1))
        .filter(link -> !ELSEWHERE.matcher(link).matches())
        .toList();
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(prose(page))
        .results()
        .map(DocsLinksTest::anchor)
        .collect(Collectors.toSet());
  }

  private static String anchor(MatchResult heading) {
    return heading
        .group(1)
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
        .replace(' ', '-');
  }

  private static String prose(Path page) throws IOException {
    return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
  }
}
