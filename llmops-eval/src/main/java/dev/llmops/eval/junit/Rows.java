package dev.llmops.eval.junit;

import dev.llmops.eval.EvalCase;
import dev.llmops.eval.dataset.Dataset;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Which case and repetition an argument of a {@code @ParameterizedTest} is. */
final class Rows {

  private static final String KEY = "rows";

  private final Map<EvalCase, Row> rows = Collections.synchronizedMap(new IdentityHashMap<>());

  private Rows() {}

  /** Those of the test method that this context is of, or is an invocation of. */
  static Rows of(ExtensionContext context) {
    return Objects.requireNonNull(
        context
            .getStore(EvalExtension.NAMESPACE)
            .getOrComputeIfAbsent(KEY, unused -> new Rows(), Rows.class));
  }

  static @Nullable Rows find(ExtensionContext context) {
    return context.getStore(EvalExtension.NAMESPACE).get(KEY, Rows.class);
  }

  /** A copy of the case that stands for this repetition. */
  EvalCase add(Dataset dataset, EvalCase evalCase, int iteration) {
    EvalCase copy = evalCase.toBuilder().build();
    rows.put(copy, new Row(dataset, copy, iteration));
    return copy;
  }

  @Nullable Row find(List<Object> arguments) {
    for (Object argument : arguments) {
      if (argument instanceof EvalCase evalCase) {
        Row row = rows.get(evalCase);
        if (row != null) {
          return row;
        }
      }
    }
    return null;
  }

  record Row(Dataset dataset, EvalCase evalCase, int iteration) {
    String caseId() {
      return String.valueOf(evalCase.id());
    }
  }
}
