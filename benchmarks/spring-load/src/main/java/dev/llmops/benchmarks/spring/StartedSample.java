package dev.llmops.benchmarks.spring;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.core.metrics.ApplicationStartup;
import org.springframework.core.metrics.StartupStep;

/**
 * Starts the sample, as its own main method does where the model's URL is given, and prints what
 * that took of the starting thread's CPU time, and how much of it the making of llmops' own beans;
 * what another bean is made for meanwhile is the other's. A thread's own CPU time is the same from
 * start to start within a few hundredths; that of the process has the compilers' in it.
 */
public final class StartedSample {

  /** Followed by both in milliseconds. */
  static final String CPU = "CPU of the start: ";

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Thread starting = Thread.currentThread();
  private @Nullable Step current;
  private long ours;

  private StartedSample() {}

  /** Starts it with these arguments. */
  public static void main(String[] args) throws ClassNotFoundException {
    StartedSample sample = new StartedSample();
    SpringApplication application =
        new SpringApplication(Class.forName("dev.llmops.samples.chat.ChatApplication"));
    application.setApplicationStartup(sample::start);
    application.run(args);
    System.out.printf(
        Locale.ROOT,
        "%s%.1f %.1f%n",
        CPU,
        THREADS.getCurrentThreadCpuTime() / 1e6,
        sample.ours / 1e6);
  }

  private StartupStep start(String name) {
    if (Thread.currentThread() != starting) {
      return ApplicationStartup.DEFAULT.start(name);
    }
    Step step = new Step(current);
    current = step;
    return step;
  }

  private final class Step implements StartupStep {

    private final @Nullable Step around;
    private final long begin = THREADS.getCurrentThreadCpuTime();
    private long inside;
    private boolean isOurs;

    Step(@Nullable Step around) {
      this.around = around;
    }

    @Override
    public StartupStep tag(String key, String value) {
      // configurations and properties are named by their class, beans by their method
      isOurs |=
          key.equals("beanName")
              && value.toLowerCase(Locale.ROOT).contains("llmops")
              && !value.contains("dev.llmops.samples");
      return this;
    }

    @Override
    public StartupStep tag(String key, Supplier<String> value) {
      return tag(key, value.get());
    }

    @Override
    public void end() {
      long all = THREADS.getCurrentThreadCpuTime() - begin;
      if (isOurs) {
        ours += all - inside;
      }
      if (around != null) {
        around.inside += all;
      }
      current = around;
    }

    // nobody asks for these

    @Override
    public String getName() {
      return "";
    }

    @Override
    public long getId() {
      return 0;
    }

    @Override
    public @Nullable Long getParentId() {
      return null;
    }

    @Override
    public Tags getTags() {
      return Collections::emptyIterator;
    }
  }
}
