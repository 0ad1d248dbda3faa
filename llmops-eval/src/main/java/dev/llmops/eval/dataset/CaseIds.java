package dev.llmops.eval.dataset;

import dev.llmops.eval.EvalCase;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ids and hashes of cases, by what they say and never by where they stand. */
final class CaseIds {

  private static final int ID_DIGITS = 16;
  private static final int SUFFIX_DIGITS = 8;

  private CaseIds() {}

  /**
   * The same cases, each with an id. A derived id is the hash of what is asked; cases that ask the
   * same are told apart by the hash of the rest, and copies of a case are counted.
   */
  static List<EvalCase> complete(List<EvalCase> cases) {
    Map<String, Integer> asked = new HashMap<>();
    Map<String, Integer> copies = new HashMap<>();
    Set<String> taken = new HashSet<>();
    String[] derived = new String[cases.size()];
    boolean complete = true;
    for (int i = 0; i < derived.length; i++) {
      EvalCase each = cases.get(i);
      if (each.id() != null) {
        taken.add(each.id());
      } else {
        complete = false;
        derived[i] = derived(each);
        asked.merge(derived[i], 1, Integer::sum);
      }
    }
    if (complete) {
      return List.copyOf(cases);
    }
    List<EvalCase> result = new ArrayList<>(cases.size());
    for (int i = 0; i < derived.length; i++) {
      EvalCase each = cases.get(i);
      if (derived[i] != null) {
        String id = derived[i];
        if (asked.getOrDefault(id, 0) > 1 || taken.contains(id)) {
          id += "-" + hex(hash(each)).substring(0, SUFFIX_DIGITS);
        }
        String free = id;
        while (!taken.add(free)) {
          free = id + "-" + (1 + copies.merge(id, 1, Integer::sum));
        }
        each = each.toBuilder().id(free).build();
      }
      result.add(each);
    }
    return List.copyOf(result);
  }

  /** The id that a case has by what it asks; by all it says when it asks nothing. */
  static String derived(EvalCase evalCase) {
    EvalCase.Builder asked =
        EvalCase.builder().input(evalCase.input()).messages(evalCase.messages());
    evalCase.context().forEach(each -> asked.document(each.id(), each.text()));
    boolean asks = evalCase.input() != null || !evalCase.messages().isEmpty();
    return hex(hash(asks ? asked.build() : evalCase)).substring(0, ID_DIGITS);
  }

  /** SHA-256 over the case's row as compact JSON. */
  static byte[] hash(EvalCase evalCase) {
    String row = JsonValues.compact(CaseWriter.row(evalCase));
    return sha256().digest(row.getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 over the sorted hashes of the cases. */
  static String version(List<EvalCase> cases) {
    byte[][] hashes = new byte[cases.size()][];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = hash(cases.get(i));
    }
    Arrays.sort(hashes, Arrays::compareUnsigned);
    MessageDigest digest = sha256();
    for (byte[] each : hashes) {
      digest.update(each);
    }
    return hex(digest.digest());
  }

  /** A number that a seed gives an id, spread evenly over all longs. */
  static long rank(String id, long seed) {
    byte[] digest = sha256().digest((seed + ":" + id).getBytes(StandardCharsets.UTF_16BE));
    return java.nio.ByteBuffer.wrap(digest).getLong();
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
