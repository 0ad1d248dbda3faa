package dev.llmops.samples.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The passages that an assistant may answer from; at least one. */
record DocCorpus(List<Passage> passages) {

  DocCorpus {
    passages = List.copyOf(passages);
    if (passages.isEmpty()) {
      throw new IllegalArgumentException(
          "passages must not be empty: the documents hold no paragraph to answer from");
    }
  }

  /**
   * Reads every {@code *.md} file below a folder of the classpath, in the order of their names.
   *
   * @throws IllegalArgumentException when there is no such folder, or no passage in it
   */
  static DocCorpus fromClasspath(String folder) {
    URL url = DocCorpus.class.getClassLoader().getResource(folder);
    if (url == null) {
      throw new IllegalArgumentException(
          "folder must be on the classpath, but \""
              + folder
              + "\" is not; build the module with Maven, which packages README.md and docs/*.md");
    }
    try {
      URI uri = url.toURI();
      if (!uri.getScheme().equals("jar")) {
        return fromFolder(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return fromFolder(jar.getPath(folder));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("folder has no valid address: " + url, e);
    }
  }

  private static DocCorpus fromFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return new DocCorpus(
          files
              .filter(file -> file.toString().endsWith(".md"))
              .sorted()
              .flatMap(file -> passages(folder, file))
              .toList());
    }
  }

  private static Stream<Passage> passages(Path folder, Path file) {
    String name = folder.relativize(file).toString().replace('\\', '/');
    try {
      return MarkdownPassages.of(name, Files.readString(file)).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
