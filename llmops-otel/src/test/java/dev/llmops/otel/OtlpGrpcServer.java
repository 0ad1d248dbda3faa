package dev.llmops.otel;

import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC side of {@link OtlpReceiver}, apart from it, so that HTTP alone needs no gRPC on the
 * class path.
 */
final class OtlpGrpcServer {
  /** Takes a call in bytes. */
  interface Handler {
    OtlpReceiver.Reply handle(String path, Map<String, String> headers, byte[] body);
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private final Server server;

  OtlpGrpcServer(InetSocketAddress address, Handler handler, ExecutorService threads) {
    HandlerRegistry anyMethod =
        new HandlerRegistry() {
          @Override
          public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
            MethodDescriptor<byte[], byte[]> method =
                MethodDescriptor.newBuilder(BYTES, BYTES)
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(name)
                    .build();
            return ServerMethodDefinition.create(
                method, (call, headers) -> listen(call, headers, handler));
          }
        };
    try {
      server =
          OkHttpServerBuilder.forPort(address, InsecureServerCredentials.create())
              .fallbackHandlerRegistry(anyMethod)
              .executor(threads)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  void stop() {
    try {
      // its threads still hand work to the executor, which the receiver ends next
      server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ServerCall.Listener<byte[]> listen(
      ServerCall<byte[], byte[]> call, Metadata metadata, Handler handler) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String key : metadata.keys()) {
      if (!key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        headers.put(key, metadata.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER)));
      }
    }
    call.request(1);
    return new ServerCall.Listener<>() {
      private byte[] body = new byte[0];

      @Override
      public void onMessage(byte[] message) {
        body = message;
      }

      @Override
      public void onHalfClose() {
        String path = "/" + call.getMethodDescriptor().getFullMethodName();
        OtlpReceiver.Reply reply = handler.handle(path, headers, body);
        if (call.isCancelled()) {
          return;
        }
        if (reply.status() == 200) {
          call.sendHeaders(new Metadata());
          call.sendMessage(reply.body());
        }
        call.close(status(reply.status()), new Metadata());
      }
    };
  }

  private static Status status(int http) {
    if (http == 200) {
      return Status.OK;
    }
    if (http == 404) {
      return Status.UNIMPLEMENTED;
    }
    if (http == 401) {
      return Status.UNAUTHENTICATED;
    }
    return http < 500 ? Status.INVALID_ARGUMENT : Status.UNAVAILABLE;
  }
}
