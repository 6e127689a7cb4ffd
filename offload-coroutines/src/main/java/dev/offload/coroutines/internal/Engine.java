package dev.offload.coroutines.internal;

import dev.offload.ConcurrencyLimit;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What all scopes of one manager share. */
public final class Engine {
  /** How deep bodies that run inside the call which starts them may start each other. */
  private static final int MOST_NESTED = 32;

  private static final ThreadLocal<int[]> NESTED = ThreadLocal.withInitial(() -> new int[1]);

  final OffloadConfig config;
  final SafeListener listener;
  final Kinds kinds;
  final Admission admission = new Admission();

  private final OffloadTimer timer;
  private final LongSupplier ticker;
  private final ScopeCore root;

  /**
   * Makes an engine with an open root scope.
   *
   * @param name of the root scope
   * @param timer runs time limits
   * @param ticker tells nanoseconds, for ages and durations in reports
   */
  public Engine(
      String name,
      OffloadConfig config,
      @Nullable OffloadListener listener,
      OffloadTimer timer,
      LongSupplier ticker) {
    this.config = config;
    this.listener = new SafeListener(listener);
    this.timer = timer;
    this.ticker = ticker;
    this.kinds = new Kinds(config);
    ConcurrencyLimit limit = config.concurrency();
    this.root = new ScopeCore(this, null, name, false, limit);
  }

  /** The scope of the manager. */
  public ScopeCore root() {
    return root;
  }

  /** How long a shutdown waits for cancelled bodies if its caller does not say. */
  public Duration shutdownKill() {
    return config.shutdownKill();
  }

  /** The user's time, for reports; the JVM's if that one throws. */
  long nanoTime() {
    try {
      return ticker.getAsLong();
    } catch (Throwable e) { // no job may depend on it
      return System.nanoTime();
    }
  }

  /** The time since a {@link #nanoTime()}. */
  Duration since(long nanos) {
    return Duration.ofNanos(Math.max(0, nanoTime() - nanos));
  }

  /** The key as text, as far as the settings allow and the id can be shown at all. */
  public String label(OffloadKey<?> key) {
    try {
      return key.describe(config.showIds());
    } catch (Throwable e) { // the id's toString is not ours: no job may depend on it
      return key.describe(false);
    }
  }

  /** Runs {@code task} later, if the timer can; a job must not get stuck because it cannot. */
  OffloadTimer.Task schedule(Duration delay, Runnable task) {
    try {
      return timer.schedule(delay, task);
    } catch (Throwable e) { // no thread to be had, say
      SafeListener.LOG.log(
          System.Logger.Level.WARNING,
          "a time limit or report of '" + root.name() + "' is lost",
          e);
      return () -> {};
    }
  }

  /**
   * Starts a job that the end of another one lets go. On an executor that runs bodies inside the
   * call, that call is inside the other body's end; a long queue must not become a deep stack.
   */
  void startNested(JobCell<?> job) {
    int[] depth = NESTED.get();
    if (depth[0] >= MOST_NESTED && startFromTimer(job)) {
      return;
    }
    depth[0]++;
    try {
      job.start();
    } finally {
      depth[0]--;
    }
  }

  private boolean startFromTimer(JobCell<?> job) {
    try {
      timer.schedule(Duration.ZERO, job::start);
      return true;
    } catch (Throwable e) { // deep is better than never
      return false;
    }
  }
}
