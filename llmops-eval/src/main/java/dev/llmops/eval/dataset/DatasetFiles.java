package dev.llmops.eval.dataset;

import dev.llmops.eval.EvalCase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Finds files of datasets and reads them. */
final class DatasetFiles {

  private static final String CLASSPATH = "classpath:";
  private static final String FILE = "file:";

  private DatasetFiles() {}

  static Dataset load(String location) {
    if (location.startsWith(FILE)) {
      return read(path(location), location);
    }
    boolean anywhere = !location.startsWith(CLASSPATH);
    String resource = anywhere ? location : location.substring(CLASSPATH.length());
    while (resource.startsWith("/") && !anywhere) {
      resource = resource.substring(1);
    }
    URL found = resource.isBlank() ? null : find(resource);
    if (found != null) {
      return read(found, resource, location);
    }
    Path path = anywhere ? pathOrNull(location) : null;
    if (path != null && Files.exists(path)) {
      return read(path, location);
    }
    throw missing(
        location,
        anywhere
            ? "is neither on the classpath nor a file"
                + (path == null ? "" : " (looked for " + path.toAbsolutePath() + ")")
            : "is not on the classpath");
  }

  private static Path path(String location) {
    try {
      return location.startsWith("file:/")
          ? Path.of(new URI(location))
          : Path.of(location.substring(FILE.length()));
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      throw missing(location, "is not the address of a file");
    }
  }

  private static @Nullable Path pathOrNull(String location) {
    try {
      return Path.of(location);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static @Nullable URL find(String resource) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    URL found = context == null ? null : context.getResource(resource);
    return found != null ? found : Dataset.class.getClassLoader().getResource(resource);
  }

  private static Dataset read(URL found, String resource, String location) {
    try {
      if (found.getProtocol().equals("file")) {
        return read(Path.of(found.toURI()), location);
      }
      Reading reading = new Reading(location);
      reading.read(found.openStream(), resource, format(resource, location));
      return reading.finish(name(resource), location);
    } catch (URISyntaxException e) {
      throw missing(location, "is not the address of a file");
    } catch (IOException e) {
      throw unreadable(location, e);
    }
  }

  static Dataset read(Path path, String location) {
    Reading reading = new Reading(location);
    try {
      if (Files.isDirectory(path)) {
        for (Path file : files(path, location)) {
          String name = location + "/" + path.relativize(file).toString().replace('\\', '/');
          reading.read(Files.newInputStream(file), name, format(name, name));
        }
      } else {
        Format format = format(path.toString(), location);
        reading.read(Files.newInputStream(path), location, format);
      }
      Path last = path.toAbsolutePath().normalize().getFileName();
      return reading.finish(name(last == null ? location : last.toString()), location);
    } catch (IOException e) {
      throw unreadable(location, e);
    }
  }

  /** All files below, by their paths; what is not hidden and not about the data is data. */
  private static List<Path> files(Path directory, String location) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile)
          .filter(file -> !isHidden(directory.relativize(file)) && !isAbout(file))
          .forEach(files::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    // the same order on every system
    files.sort(
        java.util.Comparator.comparing(
            file -> directory.relativize(file).toString().replace('\\', '/')));
    if (files.isEmpty()) {
      throw missing(location, "is a directory without files; it needs " + Format.ENDINGS);
    }
    return files;
  }

  private static boolean isHidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAbout(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.startsWith("readme") || name.startsWith("license") || name.startsWith("notice");
  }

  private static Format format(String name, String location) {
    Format format = Format.of(name);
    if (format == null) {
      throw new DatasetException(
          location,
          List.of(
              new DatasetException.Problem(
                  location, 0, 0, "file name must end in " + Format.ENDINGS)),
          false);
    }
    return format;
  }

  private static String name(String path) {
    String last = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    int dot = last.lastIndexOf('.');
    return dot > 0 && Format.of(last) != null ? last.substring(0, dot) : last;
  }

  /** The cases of a file as they are consumed; the first that is wrong ends the stream. */
  static Stream<EvalCase> stream(Path path) {
    String location = path.toString();
    Format format = format(location, location);
    Problems problems = new Problems(location);
    Rows rows;
    try {
      rows =
          format.rows(
              new Utf8Reader(Files.newInputStream(path), location, problems), location, problems);
    } catch (IOException e) {
      throw unreadable(location, e);
    }
    CaseReader reader = new CaseReader(location, problems);
    Spliterator<EvalCase> cases =
        new Spliterators.AbstractSpliterator<>(
            Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE) {
          @Override
          public boolean tryAdvance(Consumer<? super EvalCase> action) {
            try {
              Value row = rows.next();
              EvalCase next = row == null ? null : reader.read(row);
              problems.throwIfAny();
              if (next == null) {
                rows.close();
                return false;
              }
              action.accept(
                  next.id() != null ? next : next.toBuilder().id(CaseIds.derived(next)).build());
              return true;
            } catch (IOException e) {
              throw unreadable(location, e);
            }
          }
        };
    return StreamSupport.stream(cases, false)
        .onClose(
            () -> {
              try {
                rows.close();
              } catch (IOException e) {
                throw unreadable(location, e);
              }
            });
  }

  private static UncheckedIOException missing(String location, String why) {
    return new UncheckedIOException(
        "dataset [" + location + "] " + why, new NoSuchFileException(location));
  }

  private static UncheckedIOException unreadable(String location, IOException e) {
    return e instanceof NoSuchFileException
        ? new UncheckedIOException("dataset [" + location + "] does not exist", e)
        : new UncheckedIOException(
            "dataset [" + location + "] cannot be read: " + e.getClass().getSimpleName(), e);
  }

  /** One dataset being read from one or more files. */
  private static final class Reading {
    private final Problems problems;
    private final List<EvalCase> cases = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final Map<String, String> ids = new HashMap<>();

    Reading(String location) {
      problems = new Problems(location);
    }

    void read(InputStream in, String file, Format format) throws IOException {
      Utf8Reader text = new Utf8Reader(in, file, problems);
      CaseReader reader = new CaseReader(file, problems);
      try (Rows rows = format.rows(text, file, problems)) {
        for (Value row = rows.next(); row != null; row = rows.next()) {
          EvalCase next = reader.read(row);
          if (next == null) {
            continue;
          }
          String place = file + ":" + row.line();
          String id = next.id();
          String before = id == null ? null : ids.putIfAbsent(id, place);
          if (before != null) {
            problems.add(
                file,
                row.line(),
                0,
                "id " + Names.quoted(String.valueOf(id)) + " is that of " + before + " as well");
          }
          cases.add(next);
          places.add(place);
        }
      }
    }

    Dataset finish(String name, String location) {
      problems.throwIfAny();
      List<EvalCase> complete = CaseIds.complete(cases);
      Map<String, String> byId = new HashMap<>();
      for (int i = 0; i < complete.size(); i++) {
        byId.put(String.valueOf(complete.get(i).id()), places.get(i));
      }
      return new Dataset(name, location, complete, byId);
    }
  }
}
