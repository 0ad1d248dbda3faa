package dev.llmops.eval.safety;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A small network over the embedding of a text, added to the margin of a {@link LinearModel}: m =
 * words + share · (b₂ + Σ w₂ · max(0, b₁ + W₁x)). Words know slurs and spellings, embeddings know
 * what is said with other words; neither alone is as good. Belongs to one linear model and one
 * embedding model. Immutable and thread-safe.
 */
final class EmbeddingHead {

  private static final int MAGIC = 0x4C4D4831;

  /** The embedding model, as {@link dev.llmops.eval.semantic.Embeddings#model()} names it. */
  final String model;

  /** Platt's sigmoid over the sum of both margins. */
  final float slope;

  final float offset;

  /** The probability above which a text is flagged; frozen on development rows. */
  final float threshold;

  private final float share;
  private final float[][] first;
  private final float[] firstBias;
  private final float[] second;
  private final float secondBias;

  EmbeddingHead(
      String model,
      float share,
      float slope,
      float offset,
      float threshold,
      float[][] first,
      float[] firstBias,
      float[] second,
      float secondBias) {
    this.model = model;
    this.share = share;
    this.slope = slope;
    this.offset = offset;
    this.threshold = threshold;
    this.first = first;
    this.firstBias = firstBias;
    this.second = second;
    this.secondBias = secondBias;
  }

  EmbeddingHead calibrated(float newSlope, float newOffset, float newThreshold) {
    return new EmbeddingHead(
        model, share, newSlope, newOffset, newThreshold, first, firstBias, second, secondBias);
  }

  /** How many values an embedding has. */
  int dimension() {
    return first[0].length;
  }

  /** The margin of both, given that of the words. */
  double margin(double words, float[] embedding) {
    return words + share * ofEmbedding(embedding);
  }

  /** The margin of the embedding alone. */
  double ofEmbedding(float[] embedding) {
    if (embedding.length != dimension()) {
      throw new IllegalArgumentException(
          "embedding must have "
              + dimension()
              + " values, but had "
              + embedding.length
              + "; the head was trained for "
              + model);
    }
    double sum = secondBias;
    for (int unit = 0; unit < first.length; unit++) {
      float[] weights = first[unit];
      float in = firstBias[unit];
      for (int k = 0; k < weights.length; k++) {
        in += weights[k] * embedding[k];
      }
      sum += Math.max(0, in) * second[unit];
    }
    return sum;
  }

  /** The probability that belongs to a margin. */
  double probability(double margin) {
    return 1 / (1 + Math.exp(-(slope * margin + offset)));
  }

  /** Reads a head from the resources. */
  static EmbeddingHead load(String resource) {
    try (InputStream in = EmbeddingHead.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing from the jar");
      }
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static EmbeddingHead read(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(from));
    if (in.readInt() != MAGIC) {
      throw new IOException("not an embedding head of this version; train it again");
    }
    String model = in.readUTF();
    float share = in.readFloat();
    float slope = in.readFloat();
    float offset = in.readFloat();
    float threshold = in.readFloat();
    float[][] first = new float[in.readShort()][in.readShort()];
    for (float[] unit : first) {
      floats(in, unit);
    }
    float[] firstBias = floats(in, new float[first.length]);
    float[] second = floats(in, new float[first.length]);
    return new EmbeddingHead(
        model, share, slope, offset, threshold, first, firstBias, second, in.readFloat());
  }

  void write(OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.writeInt(MAGIC);
    out.writeUTF(model);
    out.writeFloat(share);
    out.writeFloat(slope);
    out.writeFloat(offset);
    out.writeFloat(threshold);
    out.writeShort(first.length);
    out.writeShort(dimension());
    for (float[] unit : first) {
      floats(out, unit);
    }
    floats(out, firstBias);
    floats(out, second);
    out.writeFloat(secondBias);
    out.flush();
  }

  private static float[] floats(DataInputStream in, float[] to) throws IOException {
    for (int k = 0; k < to.length; k++) {
      to[k] = in.readFloat();
    }
    return to;
  }

  private static void floats(DataOutputStream out, float[] from) throws IOException {
    for (float value : from) {
      out.writeFloat(value);
    }
  }
}
