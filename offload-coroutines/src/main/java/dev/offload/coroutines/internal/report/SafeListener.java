package dev.offload.coroutines.internal.report;

import dev.offload.JobSnapshot;
import dev.offload.RejectReason;
import dev.offload.coroutines.internal.threads.Log;
import dev.offload.coroutines.internal.threads.SideThreads;
import dev.offload.spi.OffloadListener;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notifies the user's listener, and logs what must not go unnoticed. The calls are made one at a
 * time, in the order of the events, on a side thread: exceptions of the listener are contained, and
 * a slow listener delays only itself.
 */
public final class SafeListener {
  private final @Nullable OffloadListener listener;
  private final SideThreads side;
  private final LongSupplier ticker;

  private final ConcurrentMap<Reported, ReportRate> rates = new ConcurrentHashMap<>();

  /** What is reported, for messages, and about which kind. */
  private record Reported(String what, String kindName) {}

  public SafeListener(@Nullable OffloadListener listener, SideThreads side, LongSupplier ticker) {
    this.listener = listener;
    this.side = side;
    this.ticker = ticker;
  }

  /** Whether there is a listener; avoids snapshots that nobody reads. */
  public boolean isOn() {
    return listener != null;
  }

  /** Runs calls of the other methods when their turn comes. */
  public void post(Runnable calls) {
    side.tellListener(calls);
  }

  public void accepted(JobSnapshot job) {
    tell(l -> l.onAccepted(job));
  }

  public void joined(JobSnapshot job) {
    tell(l -> l.onJoined(job));
  }

  public void rejected(String kindName, RejectReason reason) {
    tell(l -> l.onRejected(kindName, reason));
  }

  public void started(JobSnapshot job) {
    tell(l -> l.onStarted(job));
  }

  public void slow(JobSnapshot job, Duration elapsed) {
    warn(
        "slow jobs",
        kindOf(job),
        () ->
            job.label()
                + (job.state().isActive() ? " has been running for " : " ran for ")
                + elapsed,
        null);
    tell(l -> l.onSlow(job, elapsed));
  }

  public void undying(JobSnapshot job, Duration since) {
    warn(
        "undying bodies",
        kindOf(job),
        () ->
            job.label()
                + " was cancelled, but its body has not ended for "
                + since
                + "; it keeps its key",
        null);
    tell(l -> l.onUndying(job));
  }

  public void unobservedFailure(JobSnapshot job, Throwable failure) {
    warn(
        "failures nobody waited for",
        kindOf(job),
        () -> job.label() + " failed and nobody waited for it",
        failure);
    tell(l -> l.onUnobservedFailure(job, failure));
  }

  public void ended(JobSnapshot job, @Nullable Throwable failure) {
    tell(l -> l.onEnded(job, failure));
  }

  /** A cancelled body ended with an exception, which no caller receives. */
  public void dropped(String label, Throwable thrown) {
    Log.log(Level.DEBUG, () -> label + " was cancelled, and its body then threw", thrown);
  }

  /** Code that reacted to the cancellation of a body threw. */
  public void bodyCancelThrew(String kindName, String label, Throwable thrown) {
    warn(
        "cancelled bodies whose reaction threw",
        kindName,
        () -> label + ": its reaction to the cancellation threw",
        thrown);
  }

  private static String kindOf(JobSnapshot job) {
    return job.key().kind().name();
  }

  private void warn(
      String what, String kindName, Supplier<String> message, @Nullable Throwable thrown) {
    Reported reported = new Reported(what, kindName);
    ReportRate rate = rates.computeIfAbsent(reported, unused -> new ReportRate());
    long before = rate.next(ticker.getAsLong());
    if (before == ReportRate.LEFT_OUT) {
      return;
    }
    Supplier<String> told =
        before == 0 ? message : () -> message.get() + "; before, " + leftOut(before, reported);
    Log.log(Level.WARNING, told, thrown);
  }

  private static String leftOut(long count, Reported reported) {
    return "reports of "
        + count
        + " "
        + reported.what
        + " of "
        + reported.kindName
        + " were left out";
  }

  /** Whether anything was reported so far. */
  public boolean hasReported() {
    return !rates.isEmpty();
  }

  /** Logs what was left out, as no report follows that would state it. */
  public void tellLeftOut() {
    rates.forEach(
        (reported, rate) -> {
          long count = rate.takeLeftOut();
          if (count > 0) {
            Log.log(Level.WARNING, () -> leftOut(count, reported), null);
          }
        });
  }

  private void tell(Consumer<OffloadListener> event) {
    OffloadListener target = listener;
    if (target == null) {
      return;
    }
    try {
      event.accept(target);
    } catch (Throwable e) { // the listener is foreign code: no job may depend on it
      Log.warn("an OffloadListener threw; it changes nothing", e);
    }
  }
}
