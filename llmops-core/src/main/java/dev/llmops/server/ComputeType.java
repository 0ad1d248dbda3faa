package dev.llmops.server;

import java.util.Collections;
import java.util.List;

/**
 * TGI's {@code x-compute-type}: the number of shards, then the model of their GPU in lower case
 * with dashes, as its server writes it.
 */
final class ComputeType {

  private static final int MAX_SHARDS = 64;

  private ComputeType() {}

  /** As many GPUs as there are shards, of which only the model is known; none if it is no such. */
  static List<Gpu> gpus(String text) {
    int dash = text.indexOf('-');
    String model = dash < 0 ? null : Checks.text(text.substring(dash + 1));
    int shards;
    try {
      shards = dash < 1 || dash > 3 ? 0 : Integer.parseInt(text.substring(0, dash));
    } catch (NumberFormatException e) {
      shards = 0;
    }
    if (model == null || shards < 1 || shards > MAX_SHARDS || model.startsWith("cpu")) {
      return List.of();
    }
    Gpu.Builder gpu = new Gpu.Builder();
    // TGI misspells every H100 so
    gpu.model = model.equals("nvidia-h100-80fb-hbm3") ? "nvidia-h100-80gb-hbm3" : model;
    return Collections.nCopies(shards, gpu.build());
  }
}
