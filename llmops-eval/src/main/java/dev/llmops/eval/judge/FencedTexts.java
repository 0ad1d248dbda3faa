package dev.llmops.eval.judge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Texts that are judged, each between two lines that it cannot write itself. The lines carry a code
 * of 128 bits made from a hash of all the texts: who writes a text would have to know the hash of
 * that very text while writing it. The code is checked not to occur in any text. The same texts
 * always have the same code, so an answer can be cached and a prompt reproduced.
 */
final class FencedTexts {

  private static final int CODE_CHARS = 32;

  private final List<String> names = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private long chars;

  /**
   * Adds a text.
   *
   * @param name ours: lower case letters, digits and {@code _}
   */
  FencedTexts add(String name, String text) {
    names.add(name);
    texts.add(wellFormed(text));
    chars += text.length();
    return this;
  }

  long chars() {
    return chars;
  }

  /** The code in every fence. */
  String code() {
    for (int attempt = 0; ; attempt++) {
      String code = hash(attempt);
      if (texts.stream().noneMatch(text -> text.contains(code))) {
        return code;
      }
    }
  }

  /** The texts in their fences, a blank line after each. */
  String render() {
    String code = code();
    StringBuilder out = new StringBuilder((int) Math.min(Integer.MAX_VALUE - 8, chars + 1000));
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      out.append("[begin ").append(name).append(' ').append(code).append("]\n");
      out.append(texts.get(i)).append('\n');
      out.append("[end ").append(name).append(' ').append(code).append("]\n\n");
    }
    return out.toString();
  }

  private String hash(int attempt) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    digest.update((byte) attempt);
    for (int i = 0; i < names.size(); i++) {
      byte[] text = texts.get(i).getBytes(StandardCharsets.UTF_8);
      // the length between name and text, so that no two lists of texts read the same
      digest.update((names.get(i) + ":" + text.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(text);
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, CODE_CHARS);
  }

  /** Half a surrogate pair cannot be sent as UTF-8. */
  private static String wellFormed(String text) {
    StringBuilder fixed = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        if (fixed == null) {
          fixed = new StringBuilder(text);
        }
        fixed.setCharAt(i, '\uFFFD');
      }
    }
    return fixed == null ? text : fixed.toString();
  }
}
