package dev.llmops.client.openai;

import dev.llmops.MessagePart;
import dev.llmops.MessagePart.Modality;
import org.jspecify.annotations.Nullable;

/** Pictures and files in requests: kept as they are sent, by reference. */
final class Media {

  private Media() {}

  /** A picture by its address; a {@code data:} address is a reference too, nothing is decoded. */
  static MessagePart image(String url) {
    return new MessagePart.UriRef(Modality.IMAGE, null, url);
  }

  /** A file by id, by address or by content, absent when none is given. */
  static @Nullable MessagePart file(
      @Nullable String id, @Nullable String url, @Nullable String base64) {
    if (id != null) {
      return new MessagePart.FileRef(Modality.DOCUMENT, null, id);
    } else if (url != null) {
      return new MessagePart.UriRef(Modality.DOCUMENT, null, url);
    }
    return base64 == null ? null : new MessagePart.Blob(Modality.DOCUMENT, null, base64);
  }
}
