package dev.llmops;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a step is about to do: run a tool, an agent or a workflow, or retrieve documents. Immutable;
 * start with {@link #tool}, {@link #agent}, {@link #workflow} or {@link #retrieval}.
 */
public final class StepRequest {

  /** The kinds of a step, each a span of the OpenTelemetry GenAI conventions. */
  public enum Kind {
    /** {@code execute_tool}. */
    TOOL,
    /** {@code invoke_agent}. */
    AGENT,
    /** {@code invoke_workflow}. */
    WORKFLOW,
    /** {@code retrieval}. */
    RETRIEVAL
  }

  private final Kind kind;
  private final String name;
  private final @Nullable String id;
  private final @Nullable String version;
  private final @Nullable String description;
  private final @Nullable String toolType;
  private final @Nullable String provider;
  private final @Nullable String model;
  private final @Nullable Long topK;
  private final @Nullable String input;

  private StepRequest(Builder builder) {
    kind = builder.kind;
    name = builder.name;
    id = builder.id;
    version = builder.version;
    description = builder.description;
    toolType = builder.toolType;
    provider = builder.provider;
    model = builder.model;
    topK = builder.topK;
    input = builder.input;
  }

  /** A tool of this name. */
  public static Builder tool(String name) {
    return new Builder(Kind.TOOL, name);
  }

  /** An agent of this name. */
  public static Builder agent(String name) {
    return new Builder(Kind.AGENT, name);
  }

  /** A workflow of this name. */
  public static Builder workflow(String name) {
    return new Builder(Kind.WORKFLOW, name);
  }

  /** A search in the data source of this id. */
  public static Builder retrieval(String dataSourceId) {
    return new Builder(Kind.RETRIEVAL, dataSourceId);
  }

  /** What kind of step it is. */
  public Kind kind() {
    return kind;
  }

  /** The name of the tool, agent or workflow, or the id of the data source; low cardinality. */
  public String name() {
    return name;
  }

  /** The id of the tool call that is answered, or of the agent. */
  public @Nullable String id() {
    return id;
  }

  /** The agent's version. */
  public @Nullable String version() {
    return version;
  }

  /** What the tool or agent is for. */
  public @Nullable String description() {
    return description;
  }

  /** {@code function}, {@code extension} or {@code datastore}. */
  public @Nullable String toolType() {
    return toolType;
  }

  /** The provider of the retrieval or of a remote agent. */
  public @Nullable String provider() {
    return provider;
  }

  /** The model of the retrieval or the agent. */
  public @Nullable String model() {
    return model;
  }

  /** How many documents were asked for. */
  public @Nullable Long topK() {
    return topK;
  }

  /** The tool's arguments, the query, or what the agent was told; content. */
  public @Nullable String input() {
    return input;
  }

  StepRequest withInput(@Nullable String newInput) {
    Builder builder = new Builder(kind, name);
    builder.id = id;
    builder.version = version;
    builder.description = description;
    builder.toolType = toolType;
    builder.provider = provider;
    builder.model = model;
    builder.topK = topK;
    builder.input = newInput;
    return builder.build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StepRequest that
        && kind == that.kind
        && name.equals(that.name)
        && Objects.equals(id, that.id)
        && Objects.equals(version, that.version)
        && Objects.equals(description, that.description)
        && Objects.equals(toolType, that.toolType)
        && Objects.equals(provider, that.provider)
        && Objects.equals(model, that.model)
        && Objects.equals(topK, that.topK)
        && Objects.equals(input, that.input);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, name, id, input);
  }

  /** Kind and name; never content. */
  @Override
  public String toString() {
    return "StepRequest[" + kind + " " + name + "]";
  }

  /** Collects a step; null unsets an optional field. Not thread-safe. */
  public static final class Builder {
    private final Kind kind;
    private final String name;
    private @Nullable String id;
    private @Nullable String version;
    private @Nullable String description;
    private @Nullable String toolType;
    private @Nullable String provider;
    private @Nullable String model;
    private @Nullable Long topK;
    private @Nullable String input;

    private Builder(Kind kind, String name) {
      this.kind = kind;
      this.name = Checks.notBlank(name, "name");
    }

    /** See {@link StepRequest#id()}. */
    public Builder id(@Nullable String id) {
      this.id = id;
      return this;
    }

    /** See {@link StepRequest#version()}. */
    public Builder version(@Nullable String version) {
      this.version = version;
      return this;
    }

    /** See {@link StepRequest#description()}. */
    public Builder description(@Nullable String description) {
      this.description = description;
      return this;
    }

    /** See {@link StepRequest#toolType()}. */
    public Builder toolType(@Nullable String toolType) {
      this.toolType = toolType;
      return this;
    }

    /** See {@link StepRequest#provider()}. */
    public Builder provider(@Nullable String provider) {
      this.provider = provider;
      return this;
    }

    /** See {@link StepRequest#model()}. */
    public Builder model(@Nullable String model) {
      this.model = model;
      return this;
    }

    /** See {@link StepRequest#topK()}; 1 or more. */
    public Builder topK(@Nullable Long topK) {
      if (topK != null) {
        Checks.between(topK, 1, Long.MAX_VALUE, "topK");
      }
      this.topK = topK;
      return this;
    }

    /** See {@link StepRequest#input()}. */
    public Builder input(@Nullable String input) {
      this.input = input;
      return this;
    }

    /** The step as it stands. */
    public StepRequest build() {
      return new StepRequest(this);
    }
  }
}
