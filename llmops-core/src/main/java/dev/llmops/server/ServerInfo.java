package dev.llmops.server;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server is, as far as it tells.
 *
 * @param kind which server; absent while not found out, never {@link ServerKind#AUTO}
 * @param version as the server writes it, absent when not told
 * @param models what it serves; of Ollama what it has loaded; empty when not told
 * @param parallelism over how many GPUs it spreads
 * @param maxRequests how many requests it runs at once at most, absent when not told
 */
public record ServerInfo(
    @Nullable ServerKind kind,
    @Nullable String version,
    List<ServedModel> models,
    Parallelism parallelism,
    @Nullable Integer maxRequests) {

  /** Nothing is known. */
  public static final ServerInfo UNKNOWN =
      new ServerInfo(null, null, List.of(), Parallelism.UNKNOWN, null);

  /** Copies the models. */
  public ServerInfo {
    Objects.requireNonNull(parallelism, "parallelism must not be null");
    models = List.copyOf(models);
    if (kind == ServerKind.AUTO) {
      throw new IllegalArgumentException("kind must be a server or null, but was AUTO");
    }
  }
}
