package dev.offload.coroutines.internal;

import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One caller's share in a job.
 *
 * <pre>
 *  from      to        by                                        answers from then on
 *  --------  --------  ----------------------------------------  --------------------------------
 *  HELD      DROPPING  cancel(), before the outcome              (not yet)
 *  DROPPING  DROPPED   the same, when the job knows of it        OffloadCancelledException
 *  HELD      SETTLED   the first answer given, after the outcome the outcome of the job
 * </pre>
 *
 * <p>SETTLED exists so that a {@link #cancel()} which looked before the outcome and acts after it
 * cannot change an answer that was already given. DROPPING exists so that who is told of a cancel
 * finds the job cancelled, if the lease was its last; it lasts for two writes to the job, and runs
 * nobody's code.
 */
public abstract class Lease<T extends @Nullable Object> implements OffloadHandle, ScopedLease {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Lease.class, "state", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final byte HELD = 0;
  private static final byte SETTLED = 1;
  private static final byte DROPPING = 2;
  private static final byte DROPPED = 3;

  private final JobCell<T> job;
  private final boolean joined;

  @SuppressWarnings("FieldMayBeFinal") // written through STATE
  private volatile byte state = HELD;

  /** Makes the holder of a lease that was taken on {@code job}. */
  protected Lease(JobCell<T> job, boolean joined) {
    this.job = job;
    this.joined = joined;
  }

  /** The job. */
  public final JobCell<T> job() {
    return job;
  }

  @Override
  public OffloadKey<T> key() {
    return job.key();
  }

  @Override
  public final JobState jobState() {
    return job.state();
  }

  @Override
  public final boolean joined() {
    return joined;
  }

  @Override
  public final boolean cancel() {
    if (!drop()) {
      return false;
    }
    job.fireOwnedBy(this);
    return true;
  }

  /** As {@link #cancel()}, for a lease that nobody awaits at the moment. */
  public final boolean drop() {
    if (job.isDecided() || !STATE.compareAndSet(this, HELD, DROPPING)) {
      while (state == DROPPING) {
        Thread.onSpinWait(); // it is cancelled when this answers
      }
      return false;
    }
    int cancelled = job.decideDrop();
    state = DROPPED;
    job.cancelDecided(cancelled);
    return true;
  }

  @Override
  public final boolean isSpent() {
    return state != HELD || job.isDecided();
  }

  private boolean isDropped() {
    return state == DROPPED;
  }

  /** Registers for the answer; false if it is ready, and then the waiter will not be fired. */
  public final boolean await(LeaseWaiter waiter) {
    return job.await(waiter) && (!isDropped() || !job.takeBack(waiter));
  }

  /** Whether {@link #answer()} may be called. */
  public final boolean isReady() {
    return job.isTold() || isDropped();
  }

  /**
   * What this caller is told: the value of the job, or an exception. Only once {@link #isReady()}.
   */
  public final T answer() throws Throwable {
    if (state != SETTLED && !STATE.compareAndSet(this, HELD, SETTLED) && state != SETTLED) {
      throw new OffloadCancelledException(job.label(), CancelReason.CANCELLED);
    }
    Throwable failure = job.failure();
    if (failure != null) {
      throw failure;
    }
    return job.valueOfSuccess();
  }
}
