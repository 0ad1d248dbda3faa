package dev.llmops.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownPassagesTest {

  @Test
  void splitsTheTestDocsByHeadingParagraphItemAndRow() {
    DocCorpus corpus = DocCorpus.fromClasspath("test-docs");

    assertThat(corpus.passages())
        .extracting(Passage::source, Passage::text, Passage::code)
        .containsExactly(
            tuple(
                "README.md, \"Teapot\"",
                "Teapot is a library that brews tea from Java. It needs a kettle.",
                null),
            tuple(
                "README.md, \"Brewing\"",
                "Green tea is brewed at 80 degrees for two minutes. Black tea takes boiling water"
                    + " and four minutes. Herbal tea is steeped for ten minutes. White tea wants 75"
                    + " degrees.",
                null),
            tuple("README.md, \"Brewing\"", "Run the tests:", "brew --test"),
            tuple(
                "README.md, \"Licence\"",
                "Teapot is published under the Apache License 2.0.",
                null),
            tuple("docs/kettles.md, \"Kettles\"", "`GasKettle`: heats water on a gas stove", null),
            tuple(
                "docs/kettles.md, \"Kettles\"",
                "`ElectricKettle`: heats water with electric current, and stops by itself",
                null),
            tuple(
                "docs/kettles.md, \"Kettles\"",
                "A kettle is closed when the program ends, and its water is thrown away.",
                null),
            tuple(
                "docs/kettles.md, \"Kettles\"",
                "Descale the kettle with vinegar once a month.",
                null));
  }

  @Test
  void keepsTheTextOfLinksAndDropsImages() {
    List<Passage> passages =
        MarkdownPassages.of("a.md", "See [the guide](docs/guide.md), ![logo](x.png) and `[x](y)`.");

    assertThat(passages).extracting(Passage::text).containsExactly("See the guide, and `x`.");
  }

  @Test
  void codeRightUnderAHeadingIsFoundByTheHeading() {
    List<Passage> passages = MarkdownPassages.of("a.md", "## Run it\n\n```\nmvn test\n```\n");

    assertThat(passages).containsExactly(new Passage("a.md", "Run it", "Run it", "mvn test"));
  }

  @Test
  void anUnclosedFenceEndsWithTheFile() {
    List<Passage> passages = MarkdownPassages.of("a.md", "One two three.\n\n```\nnever closed\n");

    assertThat(passages).containsExactly(new Passage("a.md", "", "One two three.", "never closed"));
  }

  @Test
  void aCorpusWithoutAPassageIsRefused() {
    assertThatThrownBy(() -> new DocCorpus(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("passages must not be empty: the documents hold no paragraph to answer from");
  }

  @Test
  void aMissingFolderSaysHowToGetIt() {
    assertThatThrownBy(() -> DocCorpus.fromClasspath("no-such-folder"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "folder must be on the classpath, but \"no-such-folder\" is not; build the module with"
                + " Maven, which packages README.md and docs/*.md");
  }
}
