package dev.llmops.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which parameter of a bean's method with {@link LlmTool}, {@link LlmAgent}, {@link
 * LlmWorkflow} or {@link LlmPrompt} names the conversation: the method's step and the model calls
 * made in it are in the conversation that the argument's {@code toString()} tells. Null, blank
 * text, over 256 characters or control characters leave the conversation as it was.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface LlmConversation {}
