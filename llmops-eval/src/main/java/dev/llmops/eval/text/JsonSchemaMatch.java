package dev.llmops.eval.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.resource.InputStreamSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The only class that touches networknt's validator, which is optional. Patterns of a schema run on
 * RE2/J. A schema is never fetched: only references into itself are resolved.
 */
final class JsonSchemaMatch {

  private static final int MAX_PROBLEMS = 5;

  private final JsonSchema schema;

  private JsonSchemaMatch(JsonSchema schema) {
    this.schema = schema;
  }

  /**
   * Reads a schema; drafts 4, 6, 7, 2019-09 and 2020-12 by its {@code $schema}, 2020-12 without.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static JsonSchemaMatch of(JsonNode schema) {
    if (!schema.isObject() && !schema.isBoolean()) {
      throw new IllegalArgumentException("schema must be a JSON object or a boolean");
    }
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder()
            .regularExpressionFactory(JsonSchemaMatch::regex)
            .locale(Locale.ROOT)
            .build();
    try {
      SpecVersion.VersionFlag version =
          SpecVersionDetector.detectOptionalVersion(schema, false)
              .orElse(SpecVersion.VersionFlag.V202012);
      JsonSchemaFactory factory =
          JsonSchemaFactory.getInstance(
              version,
              builder ->
                  builder.schemaLoaders(
                      loaders -> loaders.values(List::clear).add(JsonSchemaMatch::refuse)));
      JsonSchema made = factory.getSchema(schema, config);
      made.initializeValidators();
      return new JsonSchemaMatch(made);
    } catch (RuntimeException e) {
      // the library wraps our own refusals
      Throwable why = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
      throw new IllegalArgumentException(
          "schema cannot be used: "
              + (why.getMessage() == null ? why.getClass().getName() : why.getMessage()),
          e);
    }
  }

  private static InputStreamSource refuse(AbsoluteIri iri) {
    throw new IllegalArgumentException(
        "$ref to " + iri + " is not resolved: nothing is fetched; put it under $defs");
  }

  private static RegularExpression regex(String regex) {
    RegexMatch.Compiled compiled = RegexMatch.compile(regex);
    Pattern pattern = compiled.pattern();
    if (pattern == null) {
      throw new IllegalArgumentException(compiled.problem());
    }
    return value -> pattern.matcher(value).find();
  }

  /** What is wrong with the value, the first five; empty when nothing is. */
  List<String> problems(JsonNode value) {
    Set<ValidationMessage> messages = schema.validate(value);
    List<String> problems = new ArrayList<>();
    for (ValidationMessage each : messages) {
      if (problems.size() == MAX_PROBLEMS) {
        problems.add((messages.size() - MAX_PROBLEMS) + " more");
        break;
      }
      String message = each.getMessage();
      problems.add(message.length() > 200 ? message.substring(0, 200) + "…" : message);
    }
    return problems;
  }
}
