package dev.llmops.server;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** A set of metric names that is asked with bytes; colons and underscores are one. */
final class MetricNames {

  private final String[] names;
  private final byte[][] bytes;
  private final int mask;

  MetricNames(Collection<String> wanted) {
    List<String> distinct = wanted.stream().distinct().toList();
    int size = Integer.highestOneBit(Math.max(8, distinct.size() * 4)) * 2;
    names = new String[size];
    bytes = new byte[size][];
    mask = size - 1;
    for (String name : distinct) {
      byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
      int hash = 0;
      for (byte b : ascii) {
        hash = hash(hash, b);
      }
      int slot = spread(hash) & mask;
      while (bytes[slot] != null) {
        slot = (slot + 1) & mask;
      }
      names[slot] = name;
      bytes[slot] = ascii;
    }
  }

  /** Adds a byte to a hash that starts at 0. */
  static int hash(int hash, byte b) {
    return hash * 31 + (b == ':' ? '_' : b);
  }

  /** The slot of the name in these bytes, or -1. */
  int find(byte[] line, int from, int to, int hash) {
    int slot = spread(hash) & mask;
    byte[] each;
    while ((each = bytes[slot]) != null) {
      if (each.length == to - from && isSame(each, line, from)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  String name(int slot) {
    return names[slot];
  }

  private static boolean isSame(byte[] name, byte[] line, int from) {
    for (int i = 0; i < name.length; i++) {
      byte b = line[from + i];
      if (name[i] != (b == ':' ? '_' : b)) {
        return false;
      }
    }
    return true;
  }

  private static int spread(int hash) {
    return hash ^ (hash >>> 15);
  }
}
