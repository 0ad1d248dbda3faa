package dev.llmops.privacy;

import java.util.Base64;
import java.util.List;

/**
 * Keys, tokens and passwords, in one pass. What is looked for at a place is decided by the
 * identifier that starts there; the end of a token is remembered, so that a text of prefixes only
 * is not measured again from each of them.
 */
final class SecretFinder implements Finder {

  /** {@code minBody} characters of {@code [A-Za-z0-9_.-]} must follow {@code text}. */
  private record Prefix(String text, int minBody) {

    /** Short bodies belong to prefixes that nothing else starts with. */
    boolean mustLookRandom() {
      return minBody >= 20;
    }
  }

  /**
   * What each vendor documents of its keys; where only the prefix is documented, the length is well
   * below that of the keys issued, as lengths grow (GitHub asks to allow for 255 characters).
   */
  private static final List<Prefix> PREFIXES =
      List.of(
          // OpenAI sk-, sk-proj-, sk-svcacct-, sk-admin- (platform.openai.com, API keys); Anthropic
          // sk-ant-api03- (docs.anthropic.com, API overview); DeepSeek, OpenRouter sk-or-v1- and
          // Langfuse sk-lf- use the same start
          new Prefix("sk-", 20),
          // Google API keys are "AIza" and 35 more (cloud.google.com, API keys); OAuth client
          // secrets
          new Prefix("AIza", 30),
          // and access tokens (developers.google.com, OAuth 2.0)
          new Prefix("GOCSPX-", 20),
          new Prefix("ya29.", 20),
          // AWS access key ids, permanent and temporary (IAM User Guide, "IAM identifiers")
          new Prefix("AKIA", 16),
          new Prefix("ASIA", 16),
          // GitHub Blog, "Behind GitHub's new authentication token formats", 2021
          new Prefix("ghp_", 30),
          new Prefix("gho_", 30),
          new Prefix("ghu_", 30),
          new Prefix("ghs_", 30),
          new Prefix("ghr_", 30),
          new Prefix("github_pat_", 30),
          // docs.gitlab.com, "Token overview"
          new Prefix("glpat-", 20),
          // docs.slack.dev, "Tokens"
          new Prefix("xoxb-", 10),
          new Prefix("xoxp-", 10),
          new Prefix("xoxa-", 10),
          new Prefix("xoxr-", 10),
          new Prefix("xoxs-", 10),
          new Prefix("xoxe-", 10),
          new Prefix("xoxe.", 10),
          new Prefix("xapp-", 10),
          // huggingface.co, "User access tokens"; console.groq.com; docs.x.ai; docs.perplexity.ai;
          // replicate.com, "API tokens"; docs.nvidia.com NIM, "API key"
          new Prefix("hf_", 30),
          new Prefix("gsk_", 30),
          new Prefix("xai-", 30),
          new Prefix("pplx-", 30),
          new Prefix("r8_", 30),
          new Prefix("nvapi-", 30),
          // docs.stripe.com, "API keys" (pk_ keys are public) and "Webhooks"
          new Prefix("sk_live_", 10),
          new Prefix("sk_test_", 10),
          new Prefix("rk_live_", 10),
          new Prefix("rk_test_", 10),
          new Prefix("whsec_", 20),
          // docs.langchain.com, LangSmith API keys
          new Prefix("lsv2_", 30),
          // docs.npmjs.com, "About access tokens"; docs.pypi.org, "API tokens"; DigitalOcean API
          // and SendGrid
          new Prefix("SG.", 40),
          new Prefix("npm_", 30),
          new Prefix("pypi-", 50),
          new Prefix("dop_v1_", 40),
          // Alibaba Cloud AccessKey id; Tencent Cloud SecretId
          new Prefix("LTAI", 12),
          new Prefix("AKID", 28));

  private static final Prefix[][] PREFIXES_BY_FIRST = byFirst();

  /** By the first two characters: few words go on as a prefix does. */
  private static final boolean[] TOKEN_STARTS = tokenStarts();

  /**
   * Names whose value is secret whatever it looks like; compared without case, {@code _} and {@code
   * -}.
   */
  private static final List<String> NAMES =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "passcode",
          "pwd",
          "apikey",
          "apitoken",
          "secretkey",
          "accesskey",
          "secretaccesskey",
          "accountkey",
          "privatekey",
          "signingkey",
          "encryptionkey",
          "clientsecret",
          "appsecret",
          "accesstoken",
          "authtoken",
          "refreshtoken",
          "sessiontoken",
          "bearertoken",
          "idtoken");

  /** Names whose value is secret only if it looks like a token. */
  private static final List<String> DOUBTFUL_NAMES =
      List.of("secret", "token", "credential", "credentials", "connectionstring");

  private static final List<String> CHINESE_NAMES = List.of("密码", "口令", "密钥", "令牌");
  private static final String CHINESE_FIRST = "密口令";
  private static final List<String> CHINESE_VERBS = List.of("是", "为");

  private static final List<String> SCHEMES =
      List.of("bearer", "basic", "token", "apikey", "digest", "negotiate");

  private static final List<String> PLACEHOLDERS =
      List.of(
          "null", "none", "nil", "undefined", "true", "false", "required", "optional", "string");

  private static final String SLACK_WEBHOOK = "hooks.slack.com/services/";

  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_QUOTED = 1024;
  private static final int LONGEST_LABEL = 64;
  private static final int MAX_SPACES = 8;

  /** A random token of this length without a digit or without a letter is rare; a word is not. */
  private static final int SHORTEST_TOKEN = 16;

  private static final int STRETCH = 16;
  private static final int STRETCH_WINDOW = 256;

  @Override
  public void scan(MarkedText text, String mark) {
    new Scan(text, mark).run();
  }

  private static Prefix[][] byFirst() {
    Prefix[][] byFirst = new Prefix[128][];
    for (char c = 0; c < 128; c++) {
      char first = c;
      byFirst[c] =
          PREFIXES.stream().filter(p -> p.text().charAt(0) == first).toArray(Prefix[]::new);
    }
    return byFirst;
  }

  private static boolean[] tokenStarts() {
    boolean[] starts = new boolean[128 * 128];
    for (Prefix prefix : PREFIXES) {
      starts[prefix.text().charAt(0) * 128 + prefix.text().charAt(1)] = true;
    }
    starts['e' * 128 + 'y'] = true; // of a JSON web token
    return starts;
  }

  /** Whether a secret, or the name of one, may start with these two ASCII characters. */
  private static boolean isTokenStart(char first, char second) {
    return first < 128 && second < 128 && TOKEN_STARTS[first * 128 + second];
  }

  /**
   * Whether the first of two ASCII characters is one that has to be looked at: a token's, the sign
   * between a name and its value, the dashes of an option or a key, the first letter of a scheme
   * (bearer, basic) or of a webhook's host.
   */
  static boolean startsAt(char first, char second) {
    char f = MarkedText.lower(first);
    char s = MarkedText.lower(second);
    return isTokenStart(first, second)
        || first == '='
        || first == ':'
        || first == '>'
        || (first == '-' && second == '-')
        || (f == 'b' && (s == 'e' || s == 'a'))
        || (f == 'h' && s == 'o');
  }

  /** Whether a Chinese name of a secret may start with {@code c}. */
  static boolean startsAt(char c) {
    return c >= 0x4E00 && CHINESE_FIRST.indexOf(c) >= 0;
  }

  private static final class Scan {

    private final MarkedText text;
    private final String mark;
    private int tokenEnd;
    private int nextDot = -1;
    private boolean noMorePemEnds;

    Scan(MarkedText text, String mark) {
      this.text = text;
      this.mark = mark;
    }

    /** What is before {@code done} has been looked at, or has nothing to look at. */
    void run() {
      int done = 0;
      for (int i : text.secretStarts()) {
        if (i < done) {
          continue;
        }
        char c = text.at(i);
        if (MarkedText.isWord(c)) {
          done = identifier(identifierStart(i, done));
        } else if (c == '-') {
          done = dashes(i);
        } else if (c >= 0x80) {
          done = chinese(i);
        } else if (c != 0) {
          int name = nameBefore(i, done);
          if (name >= 0) {
            done = identifier(name);
          }
          if (i >= done && c == ':' && text.at(i + 1) == '/' && text.at(i + 2) == '/') {
            done = userinfo(i + 3);
          }
        }
      }
    }

    /** Where the identifier that {@code i} is part of starts; not before {@code from}. */
    private int identifierStart(int i, int from) {
      int start = i;
      while (start > from) {
        char before = text.at(start - 1);
        boolean dash = before == '-' && start - 2 >= from && text.wordAt(start - 2);
        if (!MarkedText.isWord(before) && !dash) {
          break;
        }
        start -= dash ? 2 : 1;
      }
      return start;
    }

    /**
     * Where the name starts that {@code sign} may be the sign of; -1 if there is none. The mirror
     * of how {@link #assignment} gets from the name to the sign.
     */
    private int nameBefore(int sign, int from) {
      int end = sign;
      while (end > sign - MAX_SPACES && (text.at(end - 1) == ' ' || text.at(end - 1) == '\t')) {
        end--;
      }
      if (isQuote(text.at(end - 1))) {
        end--;
      }
      if (text.at(end - 1) == '\\') {
        end--;
      }
      return end > from && text.wordAt(end - 1) ? identifierStart(end - 1, from) : -1;
    }

    private int dashes(int i) {
      if (text.hasAt(i, "-----begin ")) {
        return pem(i);
      }
      return text.at(i + 1) == '-' && text.wordAt(i + 2) ? identifier(i + 2) : i;
    }

    private int chinese(int i) {
      for (String name : CHINESE_NAMES) {
        if (text.hasAt(i, name)) {
          return chineseAssignment(i + name.length());
        }
      }
      return i;
    }

    private int claim(int start, int end) {
      text.claim(start, end, mark);
      return end;
    }

    /** RFC 7468. Without an end line (a truncated text) all that follows is taken for the key. */
    private int pem(int start) {
      int label = start + "-----begin ".length();
      int end = label;
      while (end < label + LONGEST_LABEL && text.at(end) != '-' && text.at(end) >= ' ') {
        end++;
      }
      boolean isPrivate =
          text.hasAt(end, "-----")
              && (text.hasAt(end - 11, "private key") || text.hasAt(end - 17, "private key block"));
      if (!isPrivate) {
        return label;
      }
      int last = noMorePemEnds ? -1 : pemEnd(end + 5);
      if (last < 0) {
        noMorePemEnds = true;
        last = text.length();
      }
      return claimFree(start, last);
    }

    private int pemEnd(int from) {
      for (int i = from; i < text.length(); i++) {
        if (text.at(i) == '-' && text.hasAt(i, "-----end ")) {
          int end = i + "-----end ".length();
          int limit = end + LONGEST_LABEL;
          while (end < limit && text.at(end) != '-' && text.at(end) >= ' ') {
            end++;
          }
          return text.hasAt(end, "-----") ? end + 5 : end;
        }
      }
      return -1;
    }

    /** Claims a stretch up to the next part that is claimed already. */
    private int claimFree(int start, int end) {
      int free = start;
      while (free < end && text.at(free) != 0) {
        free++;
      }
      return claim(start, free);
    }

    /** The password of {@code scheme://user:password@host} (RFC 3986, section 3.2.1). */
    private int userinfo(int start) {
      int colon = -1;
      int at = -1;
      int i = start;
      for (; i < text.length(); i++) {
        char c = text.at(i);
        if (c == '@') {
          at = i;
        } else if (c == ':' && colon < 0) {
          colon = i;
        } else if (c <= ' ' || c >= 0x2000 || "/?#\"'<>`\\,;[]".indexOf(c) >= 0) {
          break;
        }
      }
      boolean password = colon >= 0 && at > colon + 1;
      return password ? claim(colon + 1, at) : start;
    }

    /** A word, perhaps with dashes: the start of a token, the name of a secret, or nothing. */
    private int identifier(int start) {
      int end = start;
      boolean part = true; // of the identifier: its first, or one behind a dash
      for (char c = text.at(end); ; c = text.at(end)) {
        if (part && isTokenStart(c, text.at(end + 1))) {
          int last = tokenFrom(end);
          if (last > 0) {
            return claim(end, last);
          }
        }
        part = c == '_' || c == '-';
        end++;
        char next = text.at(end);
        if (!MarkedText.isWord(next) && !(next == '-' && text.wordAt(end + 1))) {
          break;
        }
      }
      if (text.hasAt(start, SLACK_WEBHOOK)) {
        int path = start + SLACK_WEBHOOK.length();
        int last = unquotedEnd(path);
        return last > path && markEnd(path) != last ? claim(path, last) : end;
      }
      int last = scheme(start, end);
      if (last < 0) {
        last = assignment(start, end);
      }
      return last > 0 ? last : end;
    }

    /** The end of the vendor's key or JSON web token that starts at {@code start}, or -1. */
    private int tokenFrom(int start) {
      char c = text.at(start);
      if (c == 'e' && startsWith(start, "eyJ")) {
        return jsonWebToken(start);
      }
      for (Prefix prefix : PREFIXES_BY_FIRST[c]) {
        if (startsWith(start, prefix.text())) {
          int body = start + prefix.text().length();
          int end = tokenEnd(body);
          if (end - body >= prefix.minBody()
              && (!prefix.mustLookRandom() || hasRandomStretch(body, end))) {
            return end;
          }
        }
      }
      return -1;
    }

    /**
     * RFC 7519: base64url of <code>{"</code> is {@code eyJ}; two dots at least, one in reach here.
     */
    private int jsonWebToken(int start) {
      int end = tokenEnd(start);
      if (nextDot < start) {
        nextDot = start;
        while (nextDot < text.length() && text.at(nextDot) != '.') {
          nextDot++;
        }
      }
      int payload = nextDot + 1;
      boolean matches = nextDot < end && payload - start > 10 && end - payload >= 10;
      return matches ? end : -1;
    }

    private int tokenEnd(int from) {
      if (from >= tokenEnd) {
        int end = from;
        while (isToken(end)) {
          end++;
        }
        tokenEnd = end;
      }
      return tokenEnd;
    }

    private boolean isToken(int i) {
      char c = text.at(i);
      return MarkedText.isWord(c) || c == '-' || (c == '.' && text.wordAt(i + 1));
    }

    private boolean hasRandomStretch(int start, int end) {
      int last = Math.min(end, start + STRETCH_WINDOW);
      int length = 0;
      boolean digit = false;
      boolean upper = false;
      boolean lower = false;
      for (int i = start; i < last; i++) {
        char c = text.at(i);
        if (c == '-' || c == '_' || c == '.') {
          length = 0;
          digit = false;
          upper = false;
          lower = false;
          continue;
        }
        length++;
        digit |= MarkedText.isDigit(c);
        upper |= c >= 'A' && c <= 'Z';
        lower |= c >= 'a' && c <= 'z';
        if (length >= STRETCH && ((digit && (upper || lower)) || (upper && lower))) {
          return true;
        }
      }
      return false;
    }

    /**
     * {@code Bearer} (RFC 6750) and {@code Basic} (RFC 7617) credentials without a header's name.
     */
    private int scheme(int start, int end) {
      boolean bearer = end - start == 6 && text.hasAt(start, "bearer");
      boolean basic = end - start == 5 && text.hasAt(start, "basic");
      if (!bearer && !basic) {
        return -1;
      }
      int value = spacesEnd(end);
      if (value == end) {
        return -1;
      }
      if (bearer ? !looksLikeToken(value) : !decodesToUserAndPassword(value)) {
        return -1;
      }
      int last = value;
      while (isToken68(text.at(last))) {
        last++;
      }
      return claim(value, text.at(last - 1) == '.' ? last - 1 : last);
    }

    private boolean decodesToUserAndPassword(int start) {
      StringBuilder encoded = new StringBuilder();
      for (int i = start; encoded.length() < LONGEST_QUOTED && isToken68(text.at(i)); i++) {
        encoded.append(text.at(i));
      }
      if (encoded.length() < 8 || encoded.length() % 4 != 0) {
        return false;
      }
      try {
        byte[] decoded = Base64.getDecoder().decode(encoded.toString());
        for (byte b : decoded) {
          if (b == ':') {
            return true;
          }
        }
        return false;
      } catch (IllegalArgumentException notBase64) {
        return false;
      }
    }

    private int chineseAssignment(int end) {
      int i = spacesEnd(end);
      char c = text.at(i);
      if (c == ':' || c == '=') {
        return value(spacesEnd(i + 1), true, end);
      }
      for (String verb : CHINESE_VERBS) {
        int start = spacesEnd(i + 1);
        int last = unquotedEnd(start);
        if (text.hasAt(i, verb) && last - start >= 6 && hasDigit(start, last)) {
          return value(start, true, end);
        }
      }
      return end;
    }

    private boolean hasDigit(int start, int end) {
      for (int i = start; i < end && i < start + STRETCH_WINDOW; i++) {
        if (text.digitAt(i)) {
          return true;
        }
      }
      return false;
    }

    /** {@code name = value} and its relatives; returns the end of a claimed value, or -1. */
    private int assignment(int start, int end) {
      int i = text.at(end) == '\\' ? end + 1 : end;
      i = spacesEnd(isQuote(text.at(i)) ? i + 1 : i);
      char separator = text.at(i);
      if (separator == '=' || separator == ':') {
        int limit = i + 3;
        while (i < limit && (text.at(i) == '=' || text.at(i) == ':' || text.at(i) == '>')) {
          i++;
        }
      } else if (separator == '>' && text.at(start - 1) == '<') {
        i++;
      } else if (i == end || text.at(start - 1) != '-' || text.at(start - 2) != '-') {
        return -1;
      }
      if (isNamed("authorization", start, end)) {
        return authorization(spacesEnd(i));
      }
      for (String secret : NAMES) {
        if (isNamed(secret, start, end)) {
          return value(spacesEnd(i), true, -1);
        }
      }
      for (String doubtful : DOUBTFUL_NAMES) {
        if (isNamed(doubtful, start, end)) {
          return value(spacesEnd(i), false, -1);
        }
      }
      return -1;
    }

    /** Whether the identifier ends with {@code name}, without case and dashes. */
    private boolean isNamed(String name, int start, int end) {
      int first = Math.max(start, end - LONGEST_NAME);
      int left = name.length();
      for (int i = end - 1; i >= first && left > 0; i--) {
        char c = MarkedText.lower(text.at(i));
        if (c != '_' && c != '-') {
          left--;
          if (c != name.charAt(left)) {
            return false;
          }
        }
      }
      return left == 0;
    }

    private int authorization(int start) {
      int i = openingEnd(start);
      for (String scheme : SCHEMES) {
        int end = i + scheme.length();
        if (text.hasAt(i, scheme) && spacesEnd(end) > end) {
          return value(spacesEnd(end), true, -1);
        }
      }
      return value(start, true, -1);
    }

    /** Claims the value that starts at {@code start}; returns its end, or {@code otherwise}. */
    private int value(int start, boolean certain, int otherwise) {
      int opening = openingEnd(start);
      if (!certain && !looksLikeToken(opening)) {
        return otherwise;
      }
      int end = -1;
      if (opening > start) {
        end = closing(opening, text.at(opening - 1), opening - start == 2);
      } else if ("[{(".indexOf(text.at(start)) >= 0) {
        return otherwise;
      }
      if (isReference(opening) || markEnd(opening) > 0) {
        return otherwise;
      }
      if (end < 0) {
        end = unquotedEnd(opening);
      }
      if (end == opening || isPlaceholder(opening, end)) {
        return otherwise;
      }
      return claim(opening, end);
    }

    /** Skips a quote, or the {@code \"} of JSON within JSON. */
    private int openingEnd(int start) {
      if (isQuote(text.at(start))) {
        return start + 1;
      }
      return text.at(start) == '\\' && isQuote(text.at(start + 1)) ? start + 2 : start;
    }

    private int closing(int start, char quote, boolean escaped) {
      for (int i = start; i < start + LONGEST_QUOTED; i++) {
        char c = text.at(i);
        if (c == 0 || c == '\n') {
          return -1;
        }
        if (c == '\\') {
          if (escaped && text.at(i + 1) == quote) {
            return i;
          }
          i++;
        } else if (c == quote) {
          return i;
        }
      }
      return -1;
    }

    private int unquotedEnd(int start) {
      int end = start;
      while (isValue(text.at(end))) {
        end++;
      }
      return end > start + 1 && text.at(end - 1) == '.' ? end - 1 : end;
    }

    private static boolean isValue(char c) {
      return c > ' ' && c < 0x2000 && "\"'`,;)]}<>&|\\".indexOf(c) < 0;
    }

    /**
     * Whether a variable stands there, not a value: <code>${NAME}</code>, <code>{{name}}</code>.
     */
    private boolean isReference(int start) {
      return text.hasAt(start, "${") || text.hasAt(start, "{{") || text.hasAt(start, "$(");
    }

    private boolean isPlaceholder(int start, int end) {
      char first = text.at(start);
      if (first == '*' || first == 'x' || first == 'X' || first == '.') {
        int i = start;
        while (i < end && text.at(i) == first) {
          i++;
        }
        if (i == end) {
          return true;
        }
      }
      if (first == '<' && text.at(end - 1) == '>') {
        return true;
      }
      for (String word : PLACEHOLDERS) {
        if (end - start == word.length() && text.hasAt(start, word)) {
          return true;
        }
      }
      return false;
    }

    private boolean looksLikeToken(int start) {
      int i = start;
      boolean digit = false;
      boolean letter = false;
      while (i < start + STRETCH_WINDOW && isToken68(text.at(i))) {
        digit |= text.digitAt(i);
        letter |= MarkedText.isLetter(text.at(i));
        i++;
      }
      return i - start >= SHORTEST_TOKEN && digit && letter;
    }

    /** RFC 9110, section 11.2. */
    private static boolean isToken68(char c) {
      return MarkedText.isWord(c) || "-.~+/=".indexOf(c) >= 0;
    }

    private static boolean isQuote(char c) {
      return c == '"' || c == '\'' || c == '`';
    }

    private boolean startsWith(int i, String prefix) {
      for (int k = 0; k < prefix.length(); k++) {
        if (text.at(i + k) != prefix.charAt(k)) {
          return false;
        }
      }
      return true;
    }

    private int spacesEnd(int start) {
      int end = start;
      while (end < start + MAX_SPACES && (text.at(end) == ' ' || text.at(end) == '\t')) {
        end++;
      }
      return end;
    }

    private static boolean isMark(char c) {
      return (c >= 'A' && c <= 'Z') || MarkedText.isDigit(c) || c == '_';
    }

    /** The end of the mark such as {@code [SECRET]} that starts at {@code start}, or -1. */
    private int markEnd(int start) {
      if (text.at(start) != '[') {
        return -1;
      }
      int end = start + 1;
      while (end < start + LONGEST_NAME && isMark(text.at(end))) {
        end++;
      }
      return end > start + 1 && text.at(end) == ']' ? end + 1 : -1;
    }
  }
}
