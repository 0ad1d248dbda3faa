package dev.llmops.eval.safety;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A logistic regression over hashed {@link Features}, its weights in one byte each: q stands for
 * scale · q · |q|, so that the few large weights of word classes are not cut and the many small
 * ones of words not lost. Immutable and thread-safe. A text longer than {@value #LONGEST} words is
 * scored in parts of {@value #PART}; the worst part counts.
 */
final class LinearModel {

  private static final int MAGIC = 0x4C4D4332;
  private static final int LONGEST = 400;
  private static final int PART = 200;

  final Features.Options options;
  final float[] kindWeights;

  /** Platt's sigmoid over the margin: p = 1 ÷ (1 + e^−(slope · margin + offset)). */
  final float slope;

  final float offset;

  /** The probability above which a text is flagged; frozen on development rows. */
  final float threshold;

  private final float bias;
  private final float scale;
  private final byte[] weights;

  LinearModel(
      Features.Options options,
      float[] kindWeights,
      float slope,
      float offset,
      float threshold,
      float bias,
      float scale,
      byte[] weights) {
    this.options = options;
    this.kindWeights = kindWeights;
    this.slope = slope;
    this.offset = offset;
    this.threshold = threshold;
    this.bias = bias;
    this.scale = scale;
    this.weights = weights;
  }

  LinearModel calibrated(float newSlope, float newOffset, float newThreshold) {
    return new LinearModel(
        options, kindWeights, newSlope, newOffset, newThreshold, bias, scale, weights);
  }

  /** The probability of the label, 0 to 1. */
  double probability(Words words) {
    return probability(margin(words));
  }

  /** The probability that belongs to a margin. */
  double probability(double margin) {
    return 1 / (1 + Math.exp(-(slope * margin + offset)));
  }

  /** The signed distance from the plane. */
  double margin(Words words) {
    if (words.count <= LONGEST) {
      return margin(words, 0, words.count);
    }
    double worst = Double.NEGATIVE_INFINITY;
    for (int from = 0; from < words.count; from += PART) {
      int to = Math.min(words.count, from + PART);
      worst = Math.max(worst, margin(words, Math.max(0, to - PART), to));
    }
    return worst;
  }

  /** The margin of a part of the text. */
  double margin(Words words, int from, int to) {
    Sum sum = new Sum(weights);
    Features.each(words, from, to, options, sum);
    double dot = 0;
    double squares = 0;
    for (int kind = 0; kind < Features.KINDS; kind++) {
      dot += kindWeights[kind] * (double) sum.sums[kind];
      squares += kindWeights[kind] * (double) kindWeights[kind] * sum.counts[kind];
    }
    return squares == 0 ? bias : bias + scale * dot / Math.sqrt(squares);
  }

  private static final class Sum implements Features.Sink {
    private final byte[] weights;
    private final int mask;
    final long[] sums = new long[Features.KINDS];
    final int[] counts = new int[Features.KINDS];

    Sum(byte[] weights) {
      this.weights = weights;
      this.mask = weights.length - 1;
    }

    @Override
    public void add(int kind, int hash) {
      int q = weights[hash & mask];
      int signedSquare = q * Math.abs(q);
      sums[kind] += signedSquare;
      counts[kind]++;
    }
  }

  /** Reads a model from the resources. */
  static LinearModel load(String resource) {
    try (InputStream in = LinearModel.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing from the jar");
      }
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LinearModel read(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(from));
    if (in.readInt() != MAGIC) {
      throw new IOException("not a linear model of this version; train it again");
    }
    Features.Options options =
        new Features.Options(
            in.readByte(),
            in.readByte(),
            in.readByte(),
            in.readByte(),
            Lexicon.Language.values()[in.readByte()]);
    float[] kindWeights = new float[Features.KINDS];
    for (int kind = 0; kind < kindWeights.length; kind++) {
      kindWeights[kind] = in.readFloat();
    }
    float slope = in.readFloat();
    float offset = in.readFloat();
    float threshold = in.readFloat();
    float bias = in.readFloat();
    float scale = in.readFloat();
    byte[] weights = new byte[1 << in.readByte()];
    in.readFully(weights);
    return new LinearModel(options, kindWeights, slope, offset, threshold, bias, scale, weights);
  }

  void write(OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.writeInt(MAGIC);
    out.writeByte(options.minChars());
    out.writeByte(options.maxChars());
    out.writeByte(options.maxWords());
    out.writeByte(options.maxIdeographs());
    out.writeByte(options.classes().ordinal());
    for (float weight : kindWeights) {
      out.writeFloat(weight);
    }
    out.writeFloat(slope);
    out.writeFloat(offset);
    out.writeFloat(threshold);
    out.writeFloat(bias);
    out.writeFloat(scale);
    out.writeByte(Integer.numberOfTrailingZeros(weights.length));
    out.write(weights);
    out.flush();
  }
}
