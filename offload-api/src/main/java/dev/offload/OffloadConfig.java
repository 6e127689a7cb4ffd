package dev.offload;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a manager: the defaults, and settings per kind.
 *
 * <p>A submission's own option takes precedence, then the kind's setting, then the default given
 * here, then the built-in default: {@link ConflictPolicy#JOIN} for {@link OffloadKey.Keyed} and
 * {@link ConflictPolicy#REJECT} for other keys, no limits, {@link AbandonPolicy#cancel()}.
 *
 * <pre>{@code
 * OffloadConfig config = OffloadConfig.builder()
 *     .timeout(TimeoutPolicy.cancelAfter(Duration.ofSeconds(30)))
 *     .kind(LOAD_USER, KindPolicy.unset().withAbandon(AbandonPolicy.finish()))
 *     .build();
 * }</pre>
 *
 * <p>Instances are immutable and safe to share; a {@link Builder} belongs to one thread.
 *
 * @since 0.1
 */
public final class OffloadConfig {

  private static final OffloadConfig DEFAULTS = builder().build();

  private final KindPolicy defaults;
  private final Map<String, KindPolicy> kinds;
  private final @Nullable ConcurrencyLimit concurrency;
  private final Duration undyingReportAfter;
  private final Duration unobservedReportAfter;
  private final Duration successorWait;
  private final Duration shutdownKill;
  private final boolean showIds;

  private OffloadConfig(Builder builder) {
    this.defaults = builder.defaults;
    this.kinds = Map.copyOf(builder.kinds);
    this.concurrency = builder.concurrency;
    this.undyingReportAfter = builder.undyingReportAfter;
    this.unobservedReportAfter = builder.unobservedReportAfter;
    this.successorWait = builder.successorWait;
    this.shutdownKill = builder.shutdownKill;
    this.showIds = builder.showIds;
  }

  /**
   * Returns the settings of a manager for which none are given.
   *
   * @return the settings
   */
  public static OffloadConfig defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a builder that starts from the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder that starts from these settings.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.defaults = defaults;
    builder.kinds.putAll(kinds);
    builder.concurrency = concurrency;
    builder.undyingReportAfter = undyingReportAfter;
    builder.unobservedReportAfter = unobservedReportAfter;
    builder.successorWait = successorWait;
    builder.shutdownKill = shutdownKill;
    builder.showIds = showIds;
    return builder;
  }

  /**
   * Returns the policy of kinds without settings of their own.
   *
   * @return the default policy
   */
  public KindPolicy defaultPolicy() {
    return defaults;
  }

  /**
   * Returns the policy of a kind: its own settings, completed with the defaults.
   *
   * @param kindName the name of the kind
   * @return the policy; what neither the kind nor the defaults set is null
   * @throws IllegalArgumentException if the name is null
   */
  public KindPolicy policyOf(String kindName) {
    KindPolicy own = kinds.get(Arguments.notNull("kindName", kindName));
    if (own == null) {
      return defaults;
    }
    return new KindPolicy(
        own.conflict() == null ? defaults.conflict() : own.conflict(),
        own.timeout() == null ? defaults.timeout() : own.timeout(),
        own.abandon() == null ? defaults.abandon() : own.abandon(),
        own.concurrency());
  }

  /**
   * Returns how many jobs may run and be queued in the whole manager.
   *
   * @return the limit, or null if there is none
   */
  public @Nullable ConcurrencyLimit concurrency() {
    return concurrency;
  }

  /**
   * Returns how long a cancelled body may take to end before it is reported to the listener and the
   * log.
   *
   * @return the time; 10 seconds if not set
   */
  public Duration undyingReportAfter() {
    return undyingReportAfter;
  }

  /**
   * Returns how long the failure of a job of the manager may go unobserved before it is reported to
   * the listener and the log. Failures of spawned work are reported at once, since nobody can ask
   * for them; those of a scope's own jobs at the end of the scope. What is still unobserved when
   * the manager ends is reported then.
   *
   * @return the time; 10 seconds if not set
   */
  public Duration unobservedReportAfter() {
    return unobservedReportAfter;
  }

  /**
   * Returns how long a submission waits for the cancelled body under its key before it fails with
   * {@link KeyStuckException}.
   *
   * @return the time; 60 seconds if not set
   */
  public Duration successorWait() {
    return successorWait;
  }

  /**
   * Returns how long a shutdown waits for cancelled bodies if the caller gives no time.
   *
   * @return the time; 5 seconds if not set
   */
  public Duration shutdownKill() {
    return shutdownKill;
  }

  /**
   * Returns whether logs, exception messages and snapshots may show the ids of keys, which may be
   * personal data.
   *
   * @return false if not set
   */
  public boolean showIds() {
    return showIds;
  }

  /** Builds settings; each method checks its argument and returns this builder. */
  public static final class Builder {
    private KindPolicy defaults = KindPolicy.unset();
    private final Map<String, KindPolicy> kinds = new HashMap<>();
    private @Nullable ConcurrencyLimit concurrency;
    private Duration undyingReportAfter = Duration.ofSeconds(10);
    private Duration unobservedReportAfter = Duration.ofSeconds(10);
    private Duration successorWait = Duration.ofSeconds(60);
    private Duration shutdownKill = Duration.ofSeconds(5);
    private boolean showIds;

    private Builder() {}

    /**
     * Sets the default for {@code submit} when its key is in flight.
     *
     * @param policy see {@link KindPolicy#conflict()}
     * @return this builder
     * @throws IllegalArgumentException if the policy is null
     */
    public Builder conflict(ConflictPolicy policy) {
      defaults = defaults.withConflict(policy);
      return this;
    }

    /**
     * Sets the default time limits.
     *
     * @param policy the limits
     * @return this builder
     * @throws IllegalArgumentException if the policy is null
     */
    public Builder timeout(TimeoutPolicy policy) {
      defaults = defaults.withTimeout(policy);
      return this;
    }

    /**
     * Sets the default for shared jobs whose last holder leaves.
     *
     * @param policy the policy
     * @return this builder
     * @throws IllegalArgumentException if the policy is null
     */
    public Builder abandon(AbandonPolicy policy) {
      defaults = defaults.withAbandon(policy);
      return this;
    }

    /**
     * Limits how many jobs may run and be queued in the whole manager, all scopes together. A limit
     * per kind is set with {@link KindPolicy#withConcurrency}, the limit of a scope when it is
     * opened.
     *
     * @param limit the limit
     * @return this builder
     * @throws IllegalArgumentException if the limit is null
     */
    public Builder concurrency(ConcurrencyLimit limit) {
      concurrency = Arguments.notNull("concurrency", limit);
      return this;
    }

    /**
     * Sets the policy of one kind, replacing what was set for it before.
     *
     * @param kind the kind
     * @param policy its settings
     * @return this builder
     * @throws IllegalArgumentException if an argument is null
     */
    public Builder kind(OffloadKind<?, ? extends @Nullable Object> kind, KindPolicy policy) {
      return kind(Arguments.notNull("kind", kind).name(), policy);
    }

    /**
     * Sets the policy of the kind, or of the label given to {@code spawn}, with this name.
     *
     * @param name the name
     * @param policy its settings
     * @return this builder
     * @throws IllegalArgumentException if an argument is null or the name is not a valid name of a
     *     kind
     */
    public Builder kind(String name, KindPolicy policy) {
      kinds.put(OffloadKind.checkName("name", name), Arguments.notNull("policy", policy));
      return this;
    }

    /**
     * Sets {@link OffloadConfig#undyingReportAfter()}.
     *
     * @param time longer than zero
     * @return this builder
     * @throws IllegalArgumentException if the time is null, not positive or too long for a {@code
     *     long} of nanoseconds
     */
    public Builder undyingReportAfter(Duration time) {
      undyingReportAfter = Arguments.positive("undyingReportAfter", time);
      return this;
    }

    /**
     * Sets {@link OffloadConfig#unobservedReportAfter()}.
     *
     * @param time longer than zero
     * @return this builder
     * @throws IllegalArgumentException if the time is null, not positive or too long for a {@code
     *     long} of nanoseconds
     */
    public Builder unobservedReportAfter(Duration time) {
      unobservedReportAfter = Arguments.positive("unobservedReportAfter", time);
      return this;
    }

    /**
     * Sets {@link OffloadConfig#successorWait()}.
     *
     * @param time longer than zero
     * @return this builder
     * @throws IllegalArgumentException if the time is null, not positive or too long for a {@code
     *     long} of nanoseconds
     */
    public Builder successorWait(Duration time) {
      successorWait = Arguments.positive("successorWait", time);
      return this;
    }

    /**
     * Sets {@link OffloadConfig#shutdownKill()}.
     *
     * @param time longer than zero
     * @return this builder
     * @throws IllegalArgumentException if the time is null, not positive or too long for a {@code
     *     long} of nanoseconds
     */
    public Builder shutdownKill(Duration time) {
      shutdownKill = Arguments.positive("shutdownKill", time);
      return this;
    }

    /**
     * Sets {@link OffloadConfig#showIds()}.
     *
     * @param show whether ids may be shown
     * @return this builder
     */
    public Builder showIds(boolean show) {
      showIds = show;
      return this;
    }

    /**
     * Builds the settings.
     *
     * @return an immutable copy of this builder's settings
     */
    public OffloadConfig build() {
      return new OffloadConfig(this);
    }
  }
}
