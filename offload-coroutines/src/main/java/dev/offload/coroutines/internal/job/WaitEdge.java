package dev.offload.coroutines.internal.job;

import dev.offload.OffloadCycleException;
import dev.offload.coroutines.internal.threads.Log;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One wait of a body, for one or several targets. Guarded by {@link WaitGraph#LOCK}.
 *
 * <p>It counts while the body cannot continue: as long as it is open, its coroutine is not
 * cancelled and one of its targets is not over. A body that is being cancelled is about to
 * continue, until it was asked to stop and still waits.
 */
public final class WaitEdge implements AutoCloseable {
  final WaitNode from;

  /** Whether it can no longer be refused: a scope cannot end before its jobs. */
  final boolean must;

  private final BooleanSupplier isCancelled;
  @Nullable Part first;
  private @Nullable OffloadCycleException refused;
  private @Nullable Consumer<OffloadCycleException> onRefused;

  /**
   * What the wait allowed to start, to be started when the wait can be cancelled; belongs to the
   * waiting thread.
   */
  private @Nullable AdmissionStep pending;

  WaitEdge(WaitNode from, BooleanSupplier isCancelled, boolean must) {
    this.from = from;
    this.isCancelled = isCancelled;
    this.must = must;
  }

  /** One target of the wait. */
  static final class Part {
    final WaitEdge wait;
    final WaitNode to;
    private final boolean untilEnd;
    private final @Nullable Lease<?> lease;
    private final @Nullable Part nextOfWait;

    @Nullable Part nextOut;
    @Nullable Part previousOut;
    @Nullable Part nextIn;
    @Nullable Part previousIn;
    boolean isLinked;

    Part(WaitEdge wait, WaitNode to, boolean untilEnd, @Nullable Lease<?> lease) {
      this.wait = wait;
      this.to = to;
      this.untilEnd = untilEnd;
      this.lease = lease;
      this.nextOfWait = wait.first;
      wait.first = this;
    }

    WaitNode from() {
      return wait.from;
    }

    @Nullable Part nextOfWait() {
      return nextOfWait;
    }

    /** Whether the body that waits for it can continue, or is about to. */
    boolean isOver() {
      if (wait.isCancelled.getAsBoolean()) {
        return true;
      }
      JobCell<?> job = to.job;
      if (job == null) {
        return to.scope == null || to.scope.isOver();
      }
      return untilEnd ? job.hasEnded() : job.isDecided() || (lease != null && lease.isGivenUp());
    }
  }

  /**
   * Starts the queued jobs that got permits through this wait. To be called by the waiting body,
   * when it can be notified of its cancellation: what is started may run here, and cancel it.
   */
  public void letGo() {
    AdmissionStep step = pending;
    if (step != null) {
      pending = null;
      step.run();
    }
  }

  void letGoLater(AdmissionStep step) {
    pending = step;
  }

  /** The wait is over. May be called repeatedly, and by others than the waiting body. */
  @Override
  public void close() {
    if (first != null) {
      WaitGraph.close(this);
    }
  }

  /**
   * Sets the action for a wait that is refused after it began; runs at once if it was. The action
   * has to end the wait, unless it has ended.
   */
  public void onRefused(Consumer<OffloadCycleException> action) {
    OffloadCycleException now;
    synchronized (WaitGraph.LOCK) {
      onRefused = action;
      now = refused;
    }
    if (now != null) {
      action.accept(now);
    }
  }

  void refuse(OffloadCycleException because) {
    refused = because;
  }

  /** Called outside the lock. */
  void tellRefused() {
    Consumer<OffloadCycleException> action;
    OffloadCycleException because;
    synchronized (WaitGraph.LOCK) {
      action = onRefused;
      because = refused;
    }
    if (action != null && because != null) {
      try {
        action.accept(because);
      } catch (Throwable e) { // from a dispatcher, for example
        Log.warn("a body could not be told that it would wait for itself", e);
      }
    }
  }
}
