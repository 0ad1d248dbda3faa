package dev.llmops.spring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleCounterBuilder;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.DoubleUpDownCounterBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongGaugeBuilder;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongHistogramBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableDoubleCounter;
import io.opentelemetry.api.metrics.ObservableDoubleGauge;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableLongUpDownCounter;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Micrometer's registry as meters of OpenTelemetry, for {@code
 * OtelCallObserver.Builder.meterProvider}: so that both have the same metrics by construction.
 * Histograms in seconds are timers, others distribution summaries, with the advised buckets;
 * observed instruments are gauges. As registries want the same labels on all meters of a name, one
 * without a value is {@code none} ({@link MetricLabels}).
 *
 * <p>What is measured goes to a second provider as well where one is given. Does what {@code
 * OtelCallObserver} needs and no more: callbacks for a single instrument are not called for
 * Micrometer. How many series there are is bounded by the observer. Thread-safe.
 */
final class MicrometerMeters implements MeterProvider {

  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MeterRegistry registry;
  private final MeterProvider also;
  private final MetricLabels labels;
  private final Observations observations = new Observations();

  /**
   * Meters over this registry.
   *
   * @param also measures the same; {@link MeterProvider#noop()} for none
   */
  MicrometerMeters(MeterRegistry registry, MeterProvider also, MetricLabels labels) {
    this.registry = registry;
    this.also = also;
    this.labels = labels;
  }

  @Override
  public MeterBuilder meterBuilder(String scope) {
    MeterBuilder other = also.meterBuilder(scope);
    return new MeterBuilder() {
      @Override
      public MeterBuilder setSchemaUrl(String schemaUrl) {
        MeterBuilder unused = other.setSchemaUrl(schemaUrl);
        return this;
      }

      @Override
      public MeterBuilder setInstrumentationVersion(String version) {
        MeterBuilder unused = other.setInstrumentationVersion(version);
        return this;
      }

      @Override
      public Meter build() {
        return new Both(other.build());
      }
    };
  }

  private final class Both implements Meter {
    private final Meter other;

    Both(Meter other) {
      this.other = other;
    }

    @Override
    public LongCounterBuilder counterBuilder(String name) {
      return new LongCounters(new Definition(name), other.counterBuilder(name));
    }

    @Override
    public LongUpDownCounterBuilder upDownCounterBuilder(String name) {
      return new UpDownCounters(new Definition(name), other.upDownCounterBuilder(name));
    }

    @Override
    public DoubleHistogramBuilder histogramBuilder(String name) {
      return new DoubleHistograms(new Definition(name), other.histogramBuilder(name));
    }

    @Override
    public DoubleGaugeBuilder gaugeBuilder(String name) {
      return new DoubleGauges(new Definition(name), other.gaugeBuilder(name));
    }

    @Override
    public BatchCallback batchCallback(
        Runnable callback, ObservableMeasurement first, ObservableMeasurement... others) {
      ObservableMeasurement[] theirs = new ObservableMeasurement[others.length];
      for (int i = 0; i < others.length; i++) {
        theirs[i] = ((Observed) others[i]).other();
      }
      BatchCallback registered = other.batchCallback(callback, ((Observed) first).other(), theirs);
      observations.callbacks.add(callback);
      return new BatchCallback() {
        @Override
        public void close() {
          observations.callbacks.remove(callback);
          registered.close();
        }
      };
    }
  }

  /** What an instrument is called, and the meters that were made of it. */
  private final class Definition {
    final String name;
    String description = "";
    String unit = "";
    double[] buckets = {};

    Definition(String name) {
      this.name = name;
    }

    <M> Series<M> series(Function<Tags, M> make) {
      return new Series<>(attributes -> make.apply(labels.of(name, attributes)));
    }

    Series<Counter> counters() {
      return series(
          tags ->
              Counter.builder(name)
                  .description(description)
                  .baseUnit(baseUnit())
                  .tags(tags)
                  .register(registry));
    }

    Series<Consumer<Double>> histograms() {
      return series(tags -> unit.equals("s") ? timer(tags) : summary(tags));
    }

    Series<Observed.Value> gauges() {
      return series(
          tags -> {
            Observed.Value value = new Observed.Value(observations);
            Gauge unused =
                Gauge.builder(name, value, Observed.Value::get)
                    .description(description)
                    .baseUnit(baseUnit())
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
            return value;
          });
    }

    private Consumer<Double> timer(Tags tags) {
      Duration[] objectives = new Duration[buckets.length];
      for (int i = 0; i < buckets.length; i++) {
        objectives[i] = Duration.ofNanos(nanos(buckets[i]));
      }
      Timer timer =
          Timer.builder(name)
              .description(description)
              .serviceLevelObjectives(objectives)
              .tags(tags)
              .register(registry);
      return seconds -> timer.record(nanos(seconds), TimeUnit.NANOSECONDS);
    }

    private Consumer<Double> summary(Tags tags) {
      DistributionSummary.Builder builder =
          DistributionSummary.builder(name)
              .description(description)
              .baseUnit(baseUnit())
              .tags(tags);
      double[] positive = java.util.Arrays.stream(buckets).filter(each -> each > 0).toArray();
      return builder.serviceLevelObjectives(positive).register(registry)::record;
    }

    private @Nullable String baseUnit() {
      return switch (unit) {
        case "{token}" -> "tokens";
        case "By" -> "bytes";
        case "W" -> "watts";
        case "Cel" -> "celsius";
        default -> null;
      };
    }
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * 1e9);
  }

  /** Looking a meter up in the registry builds and sorts tags, so they are kept. */
  private static final class Series<M> {
    private final Map<Attributes, M> meters = new ConcurrentHashMap<>();
    private final Function<Attributes, M> make;

    Series(Function<Attributes, M> make) {
      this.make = make;
    }

    M of(Attributes attributes) {
      M found = meters.get(attributes);
      return found != null ? found : meters.computeIfAbsent(attributes, make);
    }
  }

  /** When observed values were taken: anew once a second, when somebody looks. */
  private static final class Observations {
    final List<Runnable> callbacks = new CopyOnWriteArrayList<>();
    final AtomicLong round = new AtomicLong();
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private final ThreadLocal<@Nullable Long> taking = new ThreadLocal<>();
    private volatile long takenAt = System.nanoTime() - REFRESH_NANOS;

    void refresh() {
      if (callbacks.isEmpty()) {
        return;
      }
      if (System.nanoTime() - takenAt < REFRESH_NANOS || !refreshing.compareAndSet(false, true)) {
        return;
      }
      long next = round.get() + 1;
      try {
        takenAt = System.nanoTime();
        taking.set(next);
        callbacks.forEach(Runnable::run);
      } finally {
        taking.remove();
        round.set(next); // now, so that meanwhile others see the values of the round before
        refreshing.set(false);
      }
    }

    /** The round whose values are taken on this thread; 0 when none are. */
    long taken() {
      Long now = taking.get();
      return now == null ? 0 : now;
    }

    /** Whether it is for us, and not for the other provider, that values are taken now. */
    boolean areOurs() {
      return taking.get() != null;
    }
  }

  /** An observed instrument of either kind. */
  private static final class Observed
      implements ObservableDoubleMeasurement, ObservableLongMeasurement {

    private final Observations observations;
    private final Series<Value> series;
    private final ObservableMeasurement other;

    Observed(Observations observations, Series<Value> series, ObservableMeasurement other) {
      this.observations = observations;
      this.series = series;
      this.other = other;
    }

    ObservableMeasurement other() {
      return other;
    }

    @Override
    public void record(double value) {
      record(value, Attributes.empty());
    }

    @Override
    public void record(double value, Attributes attributes) {
      if (observations.areOurs()) {
        series.of(attributes).set(value);
      } else if (other instanceof ObservableDoubleMeasurement into) {
        into.record(value, attributes);
      }
    }

    @Override
    public void record(long value) {
      record(value, Attributes.empty());
    }

    @Override
    public void record(long value, Attributes attributes) {
      if (observations.areOurs()) {
        series.of(attributes).set(value);
      } else if (other instanceof ObservableLongMeasurement into) {
        into.record(value, attributes);
      }
    }

    /** The latest value; none when the last round had none. */
    private static final class Value {
      private final Observations observations;
      private volatile long round = -1;
      private volatile double value;

      Value(Observations observations) {
        this.observations = observations;
      }

      void set(double observed) {
        value = observed;
        round = observations.taken();
      }

      double get() {
        observations.refresh();
        return round >= observations.round.get() ? value : Double.NaN;
      }
    }
  }

  private final class LongCounters implements LongCounterBuilder {
    private final Definition definition;
    private final LongCounterBuilder other;

    LongCounters(Definition definition, LongCounterBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public LongCounterBuilder setDescription(String description) {
      definition.description = description;
      LongCounterBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public LongCounterBuilder setUnit(String unit) {
      definition.unit = unit;
      LongCounterBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public DoubleCounterBuilder ofDoubles() {
      return new DoubleCounters(definition, other.ofDoubles());
    }

    @Override
    public LongCounter build() {
      LongCounter theirs = other.build();
      Series<Counter> ours = definition.counters();
      return new LongCounter() {
        @Override
        public void add(long value) {
          add(value, Attributes.empty(), Context.current());
        }

        @Override
        public void add(long value, Attributes attributes) {
          add(value, attributes, Context.current());
        }

        @Override
        public void add(long value, Attributes attributes, Context context) {
          ours.of(attributes).increment(value);
          theirs.add(value, attributes, context);
        }
      };
    }

    @Override
    public ObservableLongCounter buildWithCallback(Consumer<ObservableLongMeasurement> callback) {
      return other.buildWithCallback(callback);
    }
  }

  private final class DoubleCounters implements DoubleCounterBuilder {
    private final Definition definition;
    private final DoubleCounterBuilder other;

    DoubleCounters(Definition definition, DoubleCounterBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public DoubleCounterBuilder setDescription(String description) {
      definition.description = description;
      DoubleCounterBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public DoubleCounterBuilder setUnit(String unit) {
      definition.unit = unit;
      DoubleCounterBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public DoubleCounter build() {
      DoubleCounter theirs = other.build();
      Series<Counter> ours = definition.counters();
      return new DoubleCounter() {
        @Override
        public void add(double value) {
          add(value, Attributes.empty(), Context.current());
        }

        @Override
        public void add(double value, Attributes attributes) {
          add(value, attributes, Context.current());
        }

        @Override
        public void add(double value, Attributes attributes, Context context) {
          ours.of(attributes).increment(value);
          theirs.add(value, attributes, context);
        }
      };
    }

    @Override
    public ObservableDoubleCounter buildWithCallback(
        Consumer<ObservableDoubleMeasurement> callback) {
      return other.buildWithCallback(callback);
    }
  }

  private final class DoubleHistograms implements DoubleHistogramBuilder {
    private final Definition definition;
    private final DoubleHistogramBuilder other;

    DoubleHistograms(Definition definition, DoubleHistogramBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public DoubleHistogramBuilder setDescription(String description) {
      definition.description = description;
      DoubleHistogramBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public DoubleHistogramBuilder setUnit(String unit) {
      definition.unit = unit;
      DoubleHistogramBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public DoubleHistogramBuilder setExplicitBucketBoundariesAdvice(List<Double> boundaries) {
      definition.buckets = boundaries.stream().mapToDouble(Double::doubleValue).toArray();
      DoubleHistogramBuilder unused = other.setExplicitBucketBoundariesAdvice(boundaries);
      return this;
    }

    @Override
    public LongHistogramBuilder ofLongs() {
      return new LongHistograms(definition, other.ofLongs());
    }

    @Override
    public DoubleHistogram build() {
      DoubleHistogram theirs = other.build();
      Series<Consumer<Double>> ours = definition.histograms();
      return new DoubleHistogram() {
        @Override
        public void record(double value) {
          record(value, Attributes.empty(), Context.current());
        }

        @Override
        public void record(double value, Attributes attributes) {
          record(value, attributes, Context.current());
        }

        @Override
        public void record(double value, Attributes attributes, Context context) {
          ours.of(attributes).accept(value);
          theirs.record(value, attributes, context);
          observations.refresh(); // a server that was met just now becomes a gauge
        }
      };
    }
  }

  private final class LongHistograms implements LongHistogramBuilder {
    private final Definition definition;
    private final LongHistogramBuilder other;

    LongHistograms(Definition definition, LongHistogramBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public LongHistogramBuilder setDescription(String description) {
      definition.description = description;
      LongHistogramBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public LongHistogramBuilder setUnit(String unit) {
      definition.unit = unit;
      LongHistogramBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public LongHistogramBuilder setExplicitBucketBoundariesAdvice(List<Long> boundaries) {
      definition.buckets = boundaries.stream().mapToDouble(Long::doubleValue).toArray();
      LongHistogramBuilder unused = other.setExplicitBucketBoundariesAdvice(boundaries);
      return this;
    }

    @Override
    public LongHistogram build() {
      LongHistogram theirs = other.build();
      Series<Consumer<Double>> ours = definition.histograms();
      return new LongHistogram() {
        @Override
        public void record(long value) {
          record(value, Attributes.empty(), Context.current());
        }

        @Override
        public void record(long value, Attributes attributes) {
          record(value, attributes, Context.current());
        }

        @Override
        public void record(long value, Attributes attributes, Context context) {
          ours.of(attributes).accept((double) value);
          theirs.record(value, attributes, context);
        }
      };
    }
  }

  private final class UpDownCounters implements LongUpDownCounterBuilder {
    private final Definition definition;
    private final LongUpDownCounterBuilder other;

    UpDownCounters(Definition definition, LongUpDownCounterBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public LongUpDownCounterBuilder setDescription(String description) {
      definition.description = description;
      LongUpDownCounterBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public LongUpDownCounterBuilder setUnit(String unit) {
      definition.unit = unit;
      LongUpDownCounterBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public DoubleUpDownCounterBuilder ofDoubles() {
      return other.ofDoubles();
    }

    @Override
    public LongUpDownCounter build() {
      return other.build();
    }

    @Override
    public ObservableLongUpDownCounter buildWithCallback(
        Consumer<ObservableLongMeasurement> callback) {
      return other.buildWithCallback(callback);
    }

    @Override
    public ObservableLongMeasurement buildObserver() {
      return new Observed(observations, definition.gauges(), other.buildObserver());
    }
  }

  private final class DoubleGauges implements DoubleGaugeBuilder {
    private final Definition definition;
    private final DoubleGaugeBuilder other;

    DoubleGauges(Definition definition, DoubleGaugeBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public DoubleGaugeBuilder setDescription(String description) {
      definition.description = description;
      DoubleGaugeBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public DoubleGaugeBuilder setUnit(String unit) {
      definition.unit = unit;
      DoubleGaugeBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public LongGaugeBuilder ofLongs() {
      return new LongGauges(definition, other.ofLongs());
    }

    @Override
    public ObservableDoubleGauge buildWithCallback(Consumer<ObservableDoubleMeasurement> callback) {
      return other.buildWithCallback(callback);
    }

    @Override
    public ObservableDoubleMeasurement buildObserver() {
      return new Observed(observations, definition.gauges(), other.buildObserver());
    }
  }

  private final class LongGauges implements LongGaugeBuilder {
    private final Definition definition;
    private final LongGaugeBuilder other;

    LongGauges(Definition definition, LongGaugeBuilder other) {
      this.definition = definition;
      this.other = other;
    }

    @Override
    public LongGaugeBuilder setDescription(String description) {
      definition.description = description;
      LongGaugeBuilder unused = other.setDescription(description);
      return this;
    }

    @Override
    public LongGaugeBuilder setUnit(String unit) {
      definition.unit = unit;
      LongGaugeBuilder unused = other.setUnit(unit);
      return this;
    }

    @Override
    public ObservableLongGauge buildWithCallback(Consumer<ObservableLongMeasurement> callback) {
      return other.buildWithCallback(callback);
    }

    @Override
    public ObservableLongMeasurement buildObserver() {
      return new Observed(observations, definition.gauges(), other.buildObserver());
    }
  }
}
