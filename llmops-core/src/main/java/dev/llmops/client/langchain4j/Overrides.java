package dev.llmops.client.langchain4j;

/** Tells whether a model does something in a way of its own. */
final class Overrides {

  private Overrides() {}

  /** Whether the object's class has its own method in place of the interface's default one. */
  static boolean own(Object model, Class<?> type, String method, Class<?>... parameters) {
    try {
      return model.getClass().getMethod(method, parameters).getDeclaringClass() != type;
    } catch (NoSuchMethodException | SecurityException e) {
      return true;
    }
  }
}
