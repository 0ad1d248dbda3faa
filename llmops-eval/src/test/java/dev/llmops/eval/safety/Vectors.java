package dev.llmops.eval.safety;

import dev.llmops.eval.semantic.Embedding;
import dev.llmops.eval.semantic.Embeddings;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Embeddings for training. Those of all rows take some minutes, so they are kept, by hash of the
 * text, in the folder that {@code LLMOPS_EVAL_CACHE} names; where it is not set, they are made
 * again.
 */
final class Vectors {

  private static final int BATCH = 64;

  private Vectors() {}

  static List<float[]> of(Embeddings embeddings, List<String> given) {
    List<String> texts = given.stream().map(text -> shortened(embeddings, text)).toList();
    Map<String, float[]> known = new HashMap<>();
    String folder = System.getenv("LLMOPS_EVAL_CACHE");
    Path file = folder == null ? null : Path.of(folder, embeddings.model() + ".vectors");
    try {
      if (file != null && Files.exists(file)) {
        read(file, known);
      }
      List<String> missing =
          texts.stream().distinct().filter(text -> !known.containsKey(key(text))).toList();
      for (int from = 0; from < missing.size(); from += BATCH) {
        List<String> batch = missing.subList(from, Math.min(missing.size(), from + BATCH));
        List<Embedding> made = embeddings.embed(batch).vectors();
        for (int i = 0; i < batch.size(); i++) {
          known.put(key(batch.get(i)), made.get(i).toArray());
        }
        if (file != null) {
          append(file, batch, made);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts.stream().map(text -> known.get(key(text))).toList();
  }

  /** The first 4,000 characters; texts that no model takes, as "?". */
  private static String shortened(Embeddings embeddings, String text) {
    String cut = text.length() > 4000 ? text.substring(0, 4000) : text;
    return embeddings.whyNot(List.of(cut)) == null ? cut : "?";
  }

  private static void read(Path file, Map<String, float[]> known) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        byte[] key = new byte[32];
        in.readFully(key);
        float[] values = new float[in.readInt()];
        for (int k = 0; k < values.length; k++) {
          values[k] = in.readFloat();
        }
        known.put(HexFormat.of().formatHex(key), values);
      }
    } catch (EOFException end) {
      // all were read
    }
  }

  private static void append(Path file, List<String> texts, List<Embedding> made)
      throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(
            new java.io.BufferedOutputStream(
                Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)))) {
      for (int i = 0; i < texts.size(); i++) {
        out.write(HexFormat.of().parseHex(key(texts.get(i))));
        float[] values = made.get(i).toArray();
        out.writeInt(values.length);
        for (float value : values) {
          out.writeFloat(value);
        }
      }
    }
  }

  private static String key(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_16LE));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
