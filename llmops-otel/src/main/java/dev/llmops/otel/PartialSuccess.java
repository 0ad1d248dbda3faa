package dev.llmops.otel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads how many items a collector rejected although it answered "ok". The response of all three
 * services has one shape: field 1 is the partial success, and in it field 1 the rejected count as a
 * varint (opentelemetry-proto, collector/*&#47;v1/*_service.proto). The SDK ignores it.
 */
final class PartialSuccess {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private PartialSuccess() {}

  /** Items rejected; 0 for a full success and for bytes that are no such message. */
  static long rejected(byte @Nullable [] response) {
    if (response == null) {
      return 0;
    }
    try {
      ByteBuffer partial = field(ByteBuffer.wrap(response), 1, BYTES);
      if (partial == null) {
        return 0;
      }
      ByteBuffer count = field(partial, 1, VARINT);
      return count == null ? 0 : Math.max(0, varint(count));
    } catch (IllegalArgumentException malformed) {
      return 0;
    }
  }

  /** The content of the first field of this number and wire type, null if there is none. */
  private static @Nullable ByteBuffer field(ByteBuffer message, int number, int wireType) {
    while (message.hasRemaining()) {
      long tag = varint(message);
      int type = (int) (tag & 7);
      int start = message.position();
      int end =
          switch (type) {
            case VARINT -> {
              varint(message);
              yield message.position();
            }
            case FIXED64 -> start + 8;
            case FIXED32 -> start + 4;
            case BYTES -> {
              long length = varint(message);
              start = message.position();
              if (length < 0 || length > message.remaining()) {
                throw new IllegalArgumentException("field is longer than its message");
              }
              yield start + (int) length;
            }
            default -> throw new IllegalArgumentException("unknown wire type");
          };
      if (end > message.limit()) {
        throw new IllegalArgumentException("field is longer than its message");
      }
      if (tag >>> 3 == number && type == wireType) {
        return message.duplicate().position(start).limit(end);
      }
      message.position(end);
    }
    return null;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!in.hasRemaining()) {
        throw new IllegalArgumentException("varint is cut off");
      }
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("varint is longer than 10 bytes");
  }
}
