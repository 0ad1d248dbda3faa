package dev.llmops.sink;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A logger that keeps its lines as {@code LEVEL text}. */
final class LogLines extends LegacyAbstractLogger {

  private static final long serialVersionUID = 1;

  private final transient List<String> lines = new CopyOnWriteArrayList<>();
  private final Level level;

  LogLines(Level level) {
    this.level = level;
    this.name = "test";
  }

  List<String> lines() {
    return lines;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level at, Marker marker, String message, Object[] arguments, Throwable error) {
    lines.add(at + " " + MessageFormatter.arrayFormat(message, arguments).getMessage());
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  public boolean isTraceEnabled() {
    return is(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return is(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return is(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return is(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return true;
  }

  private boolean is(Level asked) {
    return asked.toInt() >= level.toInt();
  }
}
