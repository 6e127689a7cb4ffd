package dev.offload.coroutines.internal.job;

import dev.offload.OffloadCycleException;
import dev.offload.coroutines.internal.threads.Log;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One wait of a body, for one thing or several. Guarded by {@link WaitGraph#LOCK}.
 *
 * <p>It counts while the body could not go on: as long as it is open, its coroutine is not
 * cancelled and something it waits for is not over. A body that is being cancelled is about to go
 * on, until it was asked to stop and still waits.
 */
public final class WaitEdge implements AutoCloseable {
  final WaitNode from;

  /** Whether nobody may refuse it any more: a scope cannot end before its jobs. */
  final boolean must;

  private final BooleanSupplier isCancelled;
  @Nullable Part first;
  private @Nullable OffloadCycleException refused;
  private @Nullable Consumer<OffloadCycleException> onRefused;

  /** What the wait let go, to be started when it can be cancelled; belongs to who waits. */
  private @Nullable AdmissionStep pending;

  WaitEdge(WaitNode from, BooleanSupplier isCancelled, boolean must) {
    this.from = from;
    this.isCancelled = isCancelled;
    this.must = must;
  }

  /** One thing that is waited for. */
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

    /** Whether who waits for it can go on, or is about to. */
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
   * Starts what is queued and got permits by this wait. To be called by who waits, when it could be
   * told that it was cancelled: what is started may run here, and do that.
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

  /** The wait is over. May be called again, and by others than who waits. */
  @Override
  public void close() {
    if (first != null) {
      WaitGraph.close(this);
    }
  }

  /**
   * Sets what to do if the wait is refused after it began; at once if it was. That is to make it
   * end, unless it has ended.
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

  /** Outside the lock. */
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
      } catch (Throwable e) { // of a dispatcher, say
        Log.warn("a body could not be told that it would wait for itself", e);
      }
    }
  }
}
