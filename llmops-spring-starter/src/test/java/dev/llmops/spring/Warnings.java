package dev.llmops.spring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Hears what the starter warns of. */
final class Warnings implements AutoCloseable {

  private final Logger logger =
      (Logger) LoggerFactory.getLogger(LlmOpsAutoConfiguration.class.getName());
  private final ListAppender<ILoggingEvent> heard = new ListAppender<>();

  private final @Nullable Level before = logger.getLevel();

  Warnings() {
    heard.start();
    logger.setLevel(Level.WARN);
    logger.addAppender(heard);
  }

  List<String> heard() {
    return List.copyOf(heard.list).stream()
        .filter(each -> each.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(heard);
    logger.setLevel(before);
  }
}
