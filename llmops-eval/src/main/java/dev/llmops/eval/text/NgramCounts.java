package dev.llmops.eval.text;

import java.util.Arrays;

/**
 * Counts which n-grams of an output occur in its references, each at most as often as in the
 * reference that has it most often (the clipped counts of BLEU; with one reference those of ROUGE
 * and chrF). The references' n-grams are paths in a trie whose edges live in one open-addressed
 * table of packed longs (parent node, token), so no n-gram is ever an object.
 */
final class NgramCounts {

  private static final int ROOT = 0;
  private static final int NONE = -1;

  private final int maxOrder;
  private long[] edges;
  private int[] children;
  private int[] highest;
  private int[] current;
  private int nodes = 1;

  /**
   * @param maxOrder the longest n-grams, 1 or more
   * @param tokens of the longest reference, to size the table; a wrong guess costs only time
   */
  NgramCounts(int maxOrder, int tokens) {
    this.maxOrder = maxOrder;
    int guess = Math.max(8, (int) Math.min(1L << 22, (long) tokens * maxOrder));
    int capacity = 16;
    while (maxNodes(capacity) <= guess) {
      capacity *= 2;
    }
    edges = new long[capacity];
    children = new int[capacity];
    highest = new int[guess + 1];
    current = new int[guess + 1];
  }

  /** Takes in a reference; tokens are numbers of 0 or more. */
  void addReference(int[] tokens) {
    Arrays.fill(current, 0, nodes, 0);
    for (int start = 0; start < tokens.length; start++) {
      int node = ROOT;
      int end = Math.min(tokens.length, start + maxOrder);
      for (int i = start; i < end; i++) {
        node = childOrNew(node, tokens[i]);
        if (++current[node] > highest[node]) {
          highest[node] = current[node];
        }
      }
    }
  }

  /** The clipped number of matches of each order, the first that of single tokens. */
  long[] matches(int[] tokens) {
    Arrays.fill(current, 0, nodes, 0);
    long[] matches = new long[maxOrder];
    for (int start = 0; start < tokens.length; start++) {
      int node = ROOT;
      int end = Math.min(tokens.length, start + maxOrder);
      for (int i = start; i < end; i++) {
        node = child(node, tokens[i]);
        if (node == NONE) {
          break;
        }
        if (current[node] < highest[node]) {
          current[node]++;
          matches[i - start]++;
        }
      }
    }
    return matches;
  }

  /** How many n-grams of an order a text of so many tokens has. */
  static long total(int tokens, int order) {
    return Math.max(0, tokens - order + 1);
  }

  private int child(int node, int token) {
    // one more than the packed pair, since 0 marks an empty slot
    long edge = ((long) node << 32 | token) + 1;
    int mask = edges.length - 1;
    for (int slot = hash(edge) & mask; ; slot = (slot + 1) & mask) {
      if (edges[slot] == edge) {
        return children[slot];
      }
      if (edges[slot] == 0) {
        return NONE;
      }
    }
  }

  private int childOrNew(int node, int token) {
    long edge = ((long) node << 32 | token) + 1;
    int mask = edges.length - 1;
    int slot = hash(edge) & mask;
    while (edges[slot] != 0) {
      if (edges[slot] == edge) {
        return children[slot];
      }
      slot = (slot + 1) & mask;
    }
    edges[slot] = edge;
    children[slot] = nodes;
    int child = nodes++;
    if (child == highest.length) {
      highest = Arrays.copyOf(highest, child * 2);
      current = Arrays.copyOf(current, child * 2);
    }
    if (nodes > maxNodes(edges.length)) {
      grow();
    }
    return child;
  }

  private void grow() {
    int capacity = edges.length * 2;
    long[] oldEdges = edges;
    int[] oldChildren = children;
    edges = new long[capacity];
    children = new int[capacity];
    int mask = capacity - 1;
    for (int i = 0; i < oldEdges.length; i++) {
      if (oldEdges[i] != 0) {
        int slot = hash(oldEdges[i]) & mask;
        while (edges[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        edges[slot] = oldEdges[i];
        children[slot] = oldChildren[i];
      }
    }
  }

  private static int maxNodes(int capacity) {
    return (int) (capacity * 5L / 8);
  }

  private static int hash(long edge) {
    long mixed = edge * 0x9e3779b97f4a7c15L;
    mixed ^= mixed >>> 32;
    mixed *= 0xd6e8feb86659fd93L;
    return (int) (mixed >>> 32);
  }
}
