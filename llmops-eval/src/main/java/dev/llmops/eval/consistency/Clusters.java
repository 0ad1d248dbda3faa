package dev.llmops.eval.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Connected components, so the order in which edges are found does not matter. */
final class Clusters {

  private final int[] parent;

  Clusters(int size) {
    parent = new int[size];
    for (int i = 0; i < size; i++) {
      parent[i] = i;
    }
  }

  void join(int one, int other) {
    parent[root(one)] = root(other);
  }

  /** The members of each component. */
  List<List<Integer>> components() {
    Map<Integer, List<Integer>> byRoot = new TreeMap<>();
    for (int i = 0; i < parent.length; i++) {
      byRoot.computeIfAbsent(root(i), key -> new ArrayList<>()).add(i);
    }
    return List.copyOf(byRoot.values());
  }

  private int root(int of) {
    int root = of;
    while (parent[root] != root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  }
}
