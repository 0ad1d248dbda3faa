package dev.llmops.eval.safety;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of the labelled data in the folder that {@code LLMOPS_EVAL_DATA} names. */
final class Rows {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Rows() {}

  /** The folder, or null where it is not set. */
  static @Nullable Path folder() {
    String folder = System.getenv("LLMOPS_EVAL_DATA");
    return folder == null || folder.isEmpty() ? null : Path.of(folder);
  }

  static List<JsonNode> of(Path folder, String name) {
    try {
      List<JsonNode> rows = new ArrayList<>();
      for (String line : Files.readAllLines(folder.resolve(name), StandardCharsets.UTF_8)) {
        rows.add(JSON.readTree(line));
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of {@code folds} parts, by hash of what must not be split. */
  static int fold(String key, int folds) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest(("fold:" + key.toLowerCase()).getBytes(StandardCharsets.UTF_8));
      return Math.floorMod(
          (digest[0] & 0xFF) << 16 | (digest[1] & 0xFF) << 8 | (digest[2] & 0xFF), folds);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
