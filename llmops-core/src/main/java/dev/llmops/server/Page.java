package dev.llmops.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The samples of one metrics page that somebody here asks for. */
final class Page {

  /** Ranks that compute the same requests together: their gauges repeat, they do not add up. */
  private static final Set<String> RANKS =
      Set.of("tp_rank", "pp_rank", "ep_rank", "moe_ep_rank", "attn_tp_rank");

  private final List<Sample> samples;
  private final boolean ray;
  private final @Nullable String complaint;

  /**
   * What was kept of a page.
   *
   * @param ray whether the names carried Ray's prefix
   * @param complaint what was wrong with the page but did not spoil it
   */
  Page(List<Sample> samples, boolean ray, @Nullable String complaint) {
    this.samples = List.copyOf(samples);
    this.ray = ray;
    this.complaint = complaint;
  }

  List<Sample> samples() {
    return samples;
  }

  boolean ray() {
    return ray;
  }

  @Nullable String complaint() {
    return complaint;
  }

  boolean hasPrefix(String prefix) {
    for (Sample sample : samples) {
      if (sample.name().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /** The first of the names that is there, added up over everything but {@link #RANKS}; or NaN. */
  double sum(List<Wanted> names) {
    for (Wanted wanted : names) {
      Map<String, Double> groups = null;
      for (Sample sample : samples) {
        if (wanted.takes(sample)) {
          groups = groups == null ? new LinkedHashMap<>() : groups;
          groups.merge(sample.key(RANKS), sample.value(), Math::max);
        }
      }
      if (groups != null) {
        double sum = 0;
        for (double each : groups.values()) {
          sum += each;
        }
        return sum;
      }
    }
    return Double.NaN;
  }

  /** The largest value of the first of the names that is there; or NaN. */
  double max(List<Wanted> names) {
    for (Wanted wanted : names) {
      double max = Double.NaN;
      for (Sample sample : samples) {
        if (wanted.takes(sample) && !(sample.value() <= max)) {
          max = sample.value();
        }
      }
      if (!Double.isNaN(max)) {
        return max;
      }
    }
    return Double.NaN;
  }

  /** The different values of a label on metrics with this prefix, in their order. */
  Set<String> values(String prefix, String label) {
    Set<String> values = new LinkedHashSet<>();
    for (Sample sample : samples) {
      String value = sample.name().startsWith(prefix) ? sample.label(label) : null;
      if (value != null && !value.isEmpty()) {
        values.add(value);
      }
    }
    return values;
  }

  /** The samples that carry this label with this value. */
  Page only(String label, String value) {
    List<Sample> kept = new ArrayList<>();
    for (Sample sample : samples) {
      if (value.equals(sample.label(label))) {
        kept.add(sample);
      }
    }
    return new Page(kept, ray, null);
  }

  /**
   * One value.
   *
   * @param name with underscores for colons, without a prefix that an exporter put before it
   * @param labels names and values in turn
   * @param value finite
   */
  record Sample(String name, String[] labels, double value) {

    @Nullable String label(String wanted) {
      for (int i = 0; i < labels.length; i += 2) {
        if (labels[i].equals(wanted)) {
          return labels[i + 1];
        }
      }
      return null;
    }

    String key(Set<String> without) {
      StringBuilder key = new StringBuilder();
      for (int i = 0; i < labels.length; i += 2) {
        if (!without.contains(labels[i])) {
          key.append(labels[i]).append('\0').append(labels[i + 1]).append('\0');
        }
      }
      return key.toString();
    }
  }

  /** A metric, or those of its series whose label has one value. */
  record Wanted(String name, @Nullable String label, @Nullable String value) {

    /** {@code name} or {@code name{label=value}}. */
    static Wanted of(String text) {
      int brace = text.indexOf('{');
      if (brace < 0) {
        return new Wanted(text, null, null);
      }
      int equals = text.indexOf('=', brace);
      return new Wanted(
          text.substring(0, brace),
          text.substring(brace + 1, equals),
          text.substring(equals + 1, text.length() - 1));
    }

    boolean takes(Sample sample) {
      return sample.name().equals(name)
          && (label == null || (value != null && value.equals(sample.label(label))));
    }
  }
}
