package dev.llmops.eval.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers tokens from 0 in the order in which they are first seen. Not thread-safe. */
final class Vocabulary {

  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> tokens = new ArrayList<>();

  int[] ids(List<String> words) {
    int[] numbers = new int[words.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = id(words.get(i));
    }
    return numbers;
  }

  int id(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known != null) {
      return known;
    }
    tokens.add(token);
    return tokens.size() - 1;
  }

  int size() {
    return tokens.size();
  }

  String token(int id) {
    return tokens.get(id);
  }
}
