package dev.offload.coroutines.internal;

import dev.offload.JobSnapshot;
import dev.offload.RejectReason;
import dev.offload.spi.OffloadListener;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user's listener, and logs what must not go unseen. The calls come one at a time, in the
 * order of the events, on a thread aside: whatever the listener throws gets nowhere, and however
 * long it takes, it holds up itself alone.
 */
final class SafeListener {
  private final @Nullable OffloadListener listener;
  private final SideThreads side;

  SafeListener(@Nullable OffloadListener listener, SideThreads side) {
    this.listener = listener;
    this.side = side;
  }

  /** Whether anybody listens; saves making snapshots for nobody. */
  boolean isOn() {
    return listener != null;
  }

  /** Has calls of the other methods made when their turn comes. */
  void post(Runnable calls) {
    side.tellListener(calls);
  }

  void accepted(JobSnapshot job) {
    tell(l -> l.onAccepted(job));
  }

  void joined(JobSnapshot job) {
    tell(l -> l.onJoined(job));
  }

  void rejected(String kindName, RejectReason reason) {
    tell(l -> l.onRejected(kindName, reason));
  }

  void started(JobSnapshot job) {
    tell(l -> l.onStarted(job));
  }

  void slow(JobSnapshot job, Duration elapsed) {
    Log.log(
        Level.WARNING,
        () ->
            job.label()
                + (job.state().isActive() ? " has been running for " : " ran for ")
                + elapsed,
        null);
    tell(l -> l.onSlow(job, elapsed));
  }

  void undying(JobSnapshot job, Duration since) {
    Log.log(
        Level.WARNING,
        () ->
            job.label()
                + " was cancelled, but its body has not ended for "
                + since
                + "; it keeps its key",
        null);
    tell(l -> l.onUndying(job));
  }

  void unobservedFailure(JobSnapshot job, Throwable failure) {
    Log.log(Level.WARNING, () -> job.label() + " failed and nobody waited for it", failure);
    tell(l -> l.onUnobservedFailure(job, failure));
  }

  void ended(JobSnapshot job, @Nullable Throwable failure) {
    tell(l -> l.onEnded(job, failure));
  }

  /** A cancelled body ended with an exception, which no caller is told. */
  void dropped(String label, Throwable thrown) {
    Log.log(Level.DEBUG, () -> label + " was cancelled, and its body then threw", thrown);
  }

  /** What ran in reaction to the cancellation of a body threw. */
  void bodyCancelThrew(String label, Throwable thrown) {
    Log.log(Level.WARNING, () -> label + ": its reaction to the cancellation threw", thrown);
  }

  private void tell(Consumer<OffloadListener> event) {
    OffloadListener target = listener;
    if (target == null) {
      return;
    }
    try {
      event.accept(target);
    } catch (Throwable e) { // the listener is not ours: no job may depend on it
      Log.warn("an OffloadListener threw; it changes nothing", e);
    }
  }
}
