package dev.llmops;

/** What sinks get: a call, a step, or a score. */
public sealed interface LlmRecord permits LlmCall, LlmStep, CallScore {}
