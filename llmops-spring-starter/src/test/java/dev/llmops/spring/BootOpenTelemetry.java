package dev.llmops.spring;

import org.springframework.boot.SpringBootVersion;

/** Boot's own auto-configuration of OpenTelemetry, which moved between 3.5 and 4. */
final class BootOpenTelemetry {

  private BootOpenTelemetry() {}

  static Class<?> autoConfiguration() throws ClassNotFoundException {
    return Class.forName(
        SpringBootVersion.getVersion().startsWith("3.")
            ? "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration"
            : "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration");
  }
}
