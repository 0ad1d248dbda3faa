package dev.llmops.eval.text;

import dev.llmops.eval.EvalResult.Scored;
import dev.llmops.eval.Evaluator;
import dev.llmops.eval.EvaluatorSpec;
import dev.llmops.eval.Evaluators;
import dev.llmops.eval.Need;
import dev.llmops.eval.Scale;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.XMLReader;
import org.xml.sax.helpers.DefaultHandler;

/** Well-formed XML, read by the JDK's parser with everything off that reaches outside. */
final class Markup {

  private Markup() {}

  static Evaluator xml(boolean fenced) {
    EvaluatorSpec spec =
        EvaluatorSpec.free("xml_valid", Scale.UNIT, Need.OUTPUT)
            .withSettings(Map.of("fenced", Boolean.toString(fenced)));
    return Evaluators.of(
        spec,
        evalCase -> {
          String problem = problem(Json.unfenced(TextEvaluators.output(evalCase), fenced));
          return Scored.of(spec, problem == null, problem == null ? "well-formed XML" : problem);
        });
  }

  private static @Nullable String problem(String text) {
    try {
      SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
      factory.setNamespaceAware(true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
      factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      XMLReader reader = factory.newSAXParser().getXMLReader();
      DefaultHandler silent = new Silent();
      reader.setContentHandler(silent);
      reader.setErrorHandler(silent);
      reader.setEntityResolver(silent);
      // an answer often begins with a blank line, which only a declaration minds
      reader.parse(new InputSource(new StringReader(text.strip())));
      return null;
    } catch (SAXParseException e) {
      return "not well-formed XML: "
          + e.getMessage()
          + " (line "
          + e.getLineNumber()
          + ", column "
          + e.getColumnNumber()
          + ")";
    } catch (SAXException | IOException e) {
      return "not well-formed XML: " + e.getMessage();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Resolves every entity to nothing and lets fatal errors stop the parser. */
  private static final class Silent extends DefaultHandler {
    @Override
    public InputSource resolveEntity(@Nullable String publicId, String systemId) {
      return new InputSource(new StringReader(""));
    }
  }
}
