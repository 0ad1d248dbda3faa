package dev.llmops;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One part of a {@link Message}. The kinds are those of the OpenTelemetry GenAI message schemas
 * (semantic-conventions-genai, 2026-10): text, reasoning, tool call, tool response, media by bytes,
 * by file id or by address, and {@link Other} for what a provider invents next.
 */
public sealed interface MessagePart {

  /** Plain text, as the user wrote it or the model said it. */
  record Text(String content) implements MessagePart {
    /** Checks for null only; empty text is allowed. */
    public Text {
      Objects.requireNonNull(content, "content must not be null");
    }
  }

  /** Reasoning ("thinking") text, or the provider's summary of it. */
  record Reasoning(String content) implements MessagePart {
    /** Checks for null only. */
    public Reasoning {
      Objects.requireNonNull(content, "content must not be null");
    }
  }

  /** A refusal in the model's words, where the provider keeps it apart from text. */
  record Refusal(String content) implements MessagePart {
    /** Checks for null only. */
    public Refusal {
      Objects.requireNonNull(content, "content must not be null");
    }
  }

  /**
   * The model asks for a tool.
   *
   * @param id the provider's id of the call, absent where it gives none
   * @param name the tool's name as the model wrote it; may name a tool that does not exist
   * @param arguments what the model wrote as arguments; may be invalid JSON
   */
  record ToolCall(@Nullable String id, String name, @Nullable JsonText arguments)
      implements MessagePart {
    /** Checks for null only: the name comes from the model. */
    public ToolCall {
      Objects.requireNonNull(name, "name must not be null");
    }
  }

  /**
   * The application's answer to a tool call.
   *
   * @param id the id of the call that is answered
   * @param response the tool's result as text, often JSON
   */
  record ToolResponse(@Nullable String id, String response) implements MessagePart {
    /** Checks for null only. */
    public ToolResponse {
      Objects.requireNonNull(response, "response must not be null");
    }
  }

  /** What a piece of media is. */
  enum Modality {
    /** Written text. */
    TEXT,
    /** A still picture. */
    IMAGE,
    /** Sound. */
    AUDIO,
    /** Moving pictures. */
    VIDEO,
    /** A document such as a PDF. */
    DOCUMENT,
    /** Anything else, or not told. */
    UNKNOWN;
  }

  /**
   * Media sent as bytes, kept as the base64 text of the wire by reference (nothing is decoded or
   * copied).
   *
   * @param base64 the content in base64
   * @param mimeType the media type, absent where the provider only names a format
   */
  record Blob(Modality modality, @Nullable String mimeType, String base64) implements MessagePart {
    /** Checks for null only. */
    public Blob {
      Objects.requireNonNull(modality, "modality must not be null");
      Objects.requireNonNull(base64, "base64 must not be null");
    }
  }

  /** Media that was uploaded before and is named by the provider's file id. */
  record FileRef(Modality modality, @Nullable String mimeType, String fileId)
      implements MessagePart {
    /** Checks for null only. */
    public FileRef {
      Objects.requireNonNull(modality, "modality must not be null");
      Objects.requireNonNull(fileId, "fileId must not be null");
    }
  }

  /** Media that the provider fetches from an address. */
  record UriRef(Modality modality, @Nullable String mimeType, String uri) implements MessagePart {
    /** Checks for null only. */
    public UriRef {
      Objects.requireNonNull(modality, "modality must not be null");
      Objects.requireNonNull(uri, "uri must not be null");
    }
  }

  /**
   * A part of a kind that this version does not know.
   *
   * @param type the provider's name of the kind
   * @param value the part as JSON
   */
  record Other(String type, JsonText value) implements MessagePart {
    /** Checks for null only. */
    public Other {
      Objects.requireNonNull(type, "type must not be null");
      Objects.requireNonNull(value, "value must not be null");
    }
  }
}
