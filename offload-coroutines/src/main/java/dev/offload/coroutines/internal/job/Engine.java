package dev.offload.coroutines.internal.job;

import dev.offload.ConcurrencyLimit;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.kinds.Kinds;
import dev.offload.coroutines.internal.report.SafeListener;
import dev.offload.coroutines.internal.threads.Log;
import dev.offload.coroutines.internal.threads.SideThreads;
import dev.offload.coroutines.internal.time.OffloadTimer;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What all scopes of one manager share. */
public final class Engine {
  public final OffloadConfig config;
  final SafeListener listener;
  public final Kinds kinds;

  /**
   * The number of bodies that wait for the end of scopes of this manager. Under the lock of the
   * waits.
   */
  int scopeWaits;

  /** Runs foreign code that nobody must wait for. */
  public final SideThreads side;

  private final OffloadTimer timer;
  private final JobNumbers numbers = new JobNumbers();
  private final LongSupplier ticker;
  private final ScopeCore root;

  /**
   * Creates an engine with an open root scope.
   *
   * @param name the name of the root scope
   * @param timer runs time limits
   * @param ticker reads nanoseconds, for ages and durations in reports
   */
  public Engine(
      String name,
      OffloadConfig config,
      @Nullable OffloadListener listener,
      OffloadTimer timer,
      LongSupplier ticker) {
    this.config = config;
    this.side = new SideThreads(name, timer.isVirtual());
    this.listener = new SafeListener(listener, side, this::nanoTime);
    this.timer = timer;
    this.ticker = ticker;
    this.kinds = new Kinds(config);
    ConcurrencyLimit limit = config.concurrency();
    this.root = new ScopeCore(this, null, name, /* failFast= */ false, limit);
    root.termination().push(new LastOfAll());
  }

  /** Pushed first, and so fired last: no scope is left, and threads end soon. */
  private final class LastOfAll extends Completion {
    @Override
    protected boolean wantsEnd() {
      return true;
    }

    @Override
    protected void fire() {
      if (listener.hasReported() || root.hasUnseenFailures()) {
        listener.post(listener::tellLeftOut);
      }
      side.release();
    }
  }

  /** The numbers of its jobs. */
  JobNumbers numbers() {
    return numbers;
  }

  /** The scope of the manager. */
  public ScopeCore root() {
    return root;
  }

  /** How long a shutdown waits for cancelled bodies by default. */
  public Duration shutdownKill() {
    return config.shutdownKill();
  }

  /** The time of the user's ticker, for reports; the JVM's if that throws. */
  public long nanoTime() {
    try {
      return ticker.getAsLong();
    } catch (Throwable e) { // no job may depend on it
      return System.nanoTime();
    }
  }

  /** The time since an earlier {@link #nanoTime()}. */
  Duration since(long nanos) {
    return Duration.ofNanos(Math.max(0, nanoTime() - nanos));
  }

  /** The key as text, as far as the settings allow and the id can be shown. */
  public String label(OffloadKey<?> key) {
    try {
      return key.describe(config.showIds());
    } catch (Throwable e) { // the id's toString is foreign code: no job may depend on it
      return key.describe(false);
    }
  }

  /**
   * Runs {@code task} later, if the timer works; a job must not hang because it fails.
   *
   * @param own the timer, if it is not the manager's
   */
  OffloadTimer.Task schedule(@Nullable OffloadTimer own, Duration delay, Runnable task) {
    OffloadTimer.Task scheduled = trySchedule(own, delay, task);
    return scheduled == null ? () -> {} : scheduled;
  }

  /** Like {@link #schedule}, but returns null if the timer failed. */
  OffloadTimer.@Nullable Task trySchedule(
      @Nullable OffloadTimer own, Duration delay, Runnable task) {
    try {
      return (own == null ? timer : own).schedule(delay, task);
    } catch (Throwable e) { // no thread available, for example
      Log.warn("a time limit or report of '" + root.name() + "' is lost", e);
      return null;
    }
  }

  /** How long a shutdown waits for its listener to receive the last notifications: it may block. */
  public static final Duration LAST_NEWS = Duration.ofSeconds(1);

  /** Runs {@code task} when the listener, if any, has received all that was posted so far. */
  public void afterNews(Runnable task) {
    if (listener.isOn()) {
      side.tellListener(task);
    } else {
      task.run();
    }
  }

  /** Continues on another thread what this one could not finish, for lack of memory or stack. */
  void rescue(Runnable rest) {
    side.starts.run(rest);
  }
}
