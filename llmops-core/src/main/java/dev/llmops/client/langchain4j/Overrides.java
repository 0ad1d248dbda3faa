package dev.llmops.client.langchain4j;

/** Tells whether a model does something in a way of its own. */
final class Overrides {

  private static final String GENERATED = "$$"; // in the names of classes that proxies are made of

  private Overrides() {}

  /**
   * Whether the object's class has its own method in place of the interface's default one. A proxy
   * of a class (Spring's, Mockito's) has all methods; what counts is the class below it.
   */
  static boolean own(Object model, Class<?> type, String method, Class<?>... parameters) {
    Class<?> own = model.getClass();
    while (own.getName().contains(GENERATED) && type.isAssignableFrom(own.getSuperclass())) {
      own = own.getSuperclass();
    }
    try {
      return own.getMethod(method, parameters).getDeclaringClass() != type;
    } catch (NoSuchMethodException | SecurityException e) {
      return true;
    }
  }
}
