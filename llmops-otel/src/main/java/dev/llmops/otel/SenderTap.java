package dev.llmops.otel;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the collector's raw answers, which the exporters keep to themselves: the status for the
 * words of a failure, and the rejected count of a partial success. It needs the public sender
 * interfaces of SDK 1.62; nothing else may link this class.
 */
final class SenderTap implements ComponentLoader {
  private final ComponentLoader delegate;
  private final List<Tapped> unclaimed = new ArrayList<>();

  private SenderTap(ComponentLoader delegate) {
    this.delegate = delegate;
  }

  /**
   * Puts the tap into a builder. The returned function gives the senders that were made since its
   * last call to a signal.
   *
   * @throws LinkageError if the SDK is too old
   */
  static Consumer<SignalWatch> install(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    // resolve them now, not in the middle of the SDK's configuration
    Objects.requireNonNull(HttpSenderProvider.class);
    Objects.requireNonNull(GrpcSenderProvider.class);
    SenderTap tap =
        new SenderTap(
            ComponentLoader.forClassLoader(
                AutoConfiguredOpenTelemetrySdkBuilder.class.getClassLoader()));
    builder.setComponentLoader(tap);
    return tap::claim;
  }

  @Override
  public <T> Iterable<T> load(Class<T> type) {
    if (type == HttpSenderProvider.class) {
      HttpSenderProvider chosen =
          choose(HttpSenderProvider.class, "io.opentelemetry.exporter.sender.jdk.");
      HttpSenderProvider tapped =
          config -> tapped(new TappedHttp(chosen(chosen, type).createSender(config)));
      return chosen == null ? List.of() : List.of(type.cast(tapped));
    }
    if (type == GrpcSenderProvider.class) {
      GrpcSenderProvider chosen = choose(GrpcSenderProvider.class, "");
      GrpcSenderProvider tapped =
          config -> tapped(new TappedGrpc(chosen(chosen, type).createSender(config)));
      return chosen == null ? List.of() : List.of(type.cast(tapped));
    }
    return delegate.load(type);
  }

  private void claim(SignalWatch watch) {
    unclaimed.forEach(sender -> sender.watch = watch);
    unclaimed.clear();
  }

  private <T extends Tapped> T tapped(T sender) {
    unclaimed.add(sender);
    return sender;
  }

  private static <P> P chosen(@Nullable P provider, Class<?> type) {
    return Objects.requireNonNull(provider, type.getName());
  }

  /**
   * The SDK's own choice (the system property named like the interface), then the preferred one,
   * then any.
   */
  private <P> @Nullable P choose(Class<P> type, String preferred) {
    String wanted = System.getProperty(type.getName(), "");
    P first = null;
    P best = null;
    for (P provider : delegate.load(type)) {
      String name = provider.getClass().getName();
      if (name.equals(wanted)) {
        return provider;
      }
      if (first == null) {
        first = provider;
      }
      if (best == null && name.startsWith(preferred)) {
        best = provider;
      }
    }
    return best != null ? best : first;
  }

  private abstract static class Tapped {
    volatile @Nullable SignalWatch watch;

    final Consumer<Throwable> error(Consumer<Throwable> onError) {
      SignalWatch seen = watch;
      if (seen == null) {
        return onError;
      }
      return failure -> onError.accept(seen.sawError(failure));
    }
  }

  private static final class TappedHttp extends Tapped implements HttpSender {
    private final HttpSender sender;

    TappedHttp(HttpSender sender) {
      this.sender = sender;
    }

    @Override
    public void send(
        MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
      SignalWatch seen = watch;
      Consumer<HttpResponse> response =
          seen == null
              ? onResponse
              : answer -> {
                seen.sawHttp(answer.getStatusCode(), answer.getResponseBody());
                onResponse.accept(answer);
              };
      sender.send(message, response, error(onError));
    }

    @Override
    public CompletableResultCode shutdown() {
      return sender.shutdown();
    }
  }

  private static final class TappedGrpc extends Tapped implements GrpcSender {
    private final GrpcSender sender;

    TappedGrpc(GrpcSender sender) {
      this.sender = sender;
    }

    @Override
    public void send(
        MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
      SignalWatch seen = watch;
      Consumer<GrpcResponse> response =
          seen == null
              ? onResponse
              : answer -> {
                seen.sawGrpc(answer.getStatusCode().name(), answer.getResponseMessage());
                onResponse.accept(answer);
              };
      sender.send(message, response, error(onError));
    }

    @Override
    public CompletableResultCode shutdown() {
      return sender.shutdown();
    }
  }
}
