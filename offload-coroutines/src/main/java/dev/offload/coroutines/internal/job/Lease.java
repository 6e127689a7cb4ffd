package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.threads.Log;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One caller's share in a job.
 *
 * <pre>
 *  from      to        by                                         result from then on
 *  --------  --------  -----------------------------------------  -------------------------------
 *  HELD      DROPPING  drop(), apparently before the outcome      (not yet)
 *  DROPPING  HELD      the same call, if the outcome was decided  (not yet)
 *  DROPPING  DROPPED   the same call, once the job is notified    the argument of the drop
 *  HELD      SETTLED   the first result read, after the outcome   the outcome of the job
 * </pre>
 *
 * <p>SETTLED ensures that a {@link #drop} which checked before the outcome and acts after it cannot
 * change a result that was already returned. DROPPING ensures that a lease is dropped only if the
 * job did not end first, and that, if the lease was the last one, waiters notified of the drop find
 * the job cancelled, and its key free if the body never ran. No foreign code runs in DROPPING.
 */
public abstract class Lease<T extends @Nullable Object> implements OffloadHandle, ScopedLease {
  private static final VarHandle STATE;
  private static final VarHandle OWN;

  static {
    try {
      OWN = MethodHandles.lookup().findVarHandle(Lease.class, "own", LeaseCompletion.class);
      STATE = MethodHandles.lookup().findVarHandle(Lease.class, "state", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The value given to a drop if nobody will ask for the result. */
  private static final Object LEFT = CancelReason.CANCELLED.name();

  private static final byte HELD = 0;
  private static final byte SETTLED = 1;
  private static final byte DROPPING = 2;
  private static final byte DROPPED = 3;

  private final JobCell<T> job;
  private final boolean joined;

  @SuppressWarnings("FieldMayBeFinal") // written through STATE
  private volatile byte state = HELD;

  /**
   * The waiters for the result, the latest first; those that are done are removed when they are
   * first. They are also in the stack of the job, among those of all its leases.
   */
  @SuppressWarnings("FieldMayBeFinal") // written through OWN
  private volatile @Nullable LeaseCompletion own;

  /** Written before {@link #state} becomes DROPPED, by the thread that set it to DROPPING. */
  private @Nullable Object given;

  /** Creates the holder of a lease that was taken on {@code job}. */
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
  public final long jobNumber() {
    return job.number();
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
  public boolean cancel() {
    return drop(CancelReason.CANCELLED);
  }

  @Override
  public void endOfScope() {
    drop(CancelReason.SCOPE_CLOSED);
  }

  /**
   * Drops the lease, unless there is an outcome or it was dropped before; in that case the result
   * is published by the time this returns.
   *
   * @param answer what {@link #given} returns from then on
   * @return whether this call dropped the lease
   */
  protected final boolean drop(Object answer) {
    if (job.isDecided()) {
      job.awaitTold();
      awaitDropped();
      return false;
    }
    if (!STATE.compareAndSet(this, HELD, DROPPING)) {
      awaitDropped();
      return false;
    }
    given = answer;
    Decision decision = job.decideDrop();
    if (decision == Decision.TOO_LATE) {
      state = HELD;
      job.awaitTold();
      return false;
    }
    if (decision == Decision.NOT_LAST) {
      settled();
      tellDropped();
    } else {
      job.cancelDecided(decision, this);
    }
    return true;
  }

  private void awaitDropped() {
    while (state == DROPPING) {
      Thread.onSpinWait();
    }
  }

  /** Called when the drop is recorded in the job: from now on it is the result of this lease. */
  final void settled() {
    state = DROPPED;
  }

  /** Notifies the waiters. Called after {@link #settled()}, when the job may be queried, too. */
  final void tellDropped() {
    try {
      onDropped();
    } catch (Throwable e) { // from a dispatcher, for example
      Log.warn("a caller could not be told that its lease was given up", e);
    }
  }

  /** The lease was dropped: notifies the waiters. Must neither block nor run stages. */
  protected void onDropped() {
    if (given != LEFT) {
      LeaseCompletion waiter = (LeaseCompletion) OWN.getAndSet(this, null);
      for (; waiter != null; waiter = waiter.nextOfLease) {
        job.fire(waiter);
      }
    }
  }

  /** Like {@link #cancel()}, for the only caller that ever waited for the result. */
  public final void leave() {
    drop(LEFT);
  }

  @Override
  public final boolean isSpent() {
    return state != HELD || job.isDecided();
  }

  /** Whether the lease was dropped. */
  public final boolean isDropped() {
    return state == DROPPED;
  }

  /** The argument of the drop. Only valid once {@link #isDropped()}. */
  protected final Object given() {
    return Objects.requireNonNull(given);
  }

  /** Registers for the result; false if it is ready, in which case the waiter will not be fired. */
  public final boolean register(LeaseCompletion waiter) {
    push(waiter); // a later drop sees the waiter, or we see the drop
    if (!job.register(waiter)) {
      boolean unused = waiter.finish();
      return waiter.wasFired(); // by a drop
    }
    return !isDropped() || !job.takeBack(waiter);
  }

  private void push(LeaseCompletion waiter) {
    LeaseCompletion first;
    do {
      first = own;
      LeaseCompletion live = first;
      while (live != null && live.isDone()) {
        live = live.nextOfLease;
      }
      waiter.nextOfLease = live;
    } while (!OWN.compareAndSet(this, first, waiter));
  }

  /** One of the known waiters that matches, or null. */
  public final @Nullable LeaseCompletion waiting(Predicate<LeaseCompletion> isSuch) {
    LeaseCompletion waiter = own;
    while (waiter != null && (waiter.isDone() || !isSuch.test(waiter))) {
      waiter = waiter.nextOfLease;
    }
    return waiter;
  }

  /** The result of this lease, as a wait target. */
  public final WaitTarget target() {
    return to -> to.add(job.node(), /* untilEnd= */ false, this);
  }

  /** Whether the lease was dropped or is being dropped. */
  final boolean isGivenUp() {
    byte now = state;
    return now == DROPPING || now == DROPPED;
  }

  /** Whether the result is available: the job's is published, or the lease was dropped. */
  public final boolean isReady() {
    return job.isTold() || isDropped();
  }

  /**
   * Fixes the result of this lease; true if it is the outcome of the job. Only valid once {@link
   * #isReady()}.
   */
  protected final boolean settlesWithJob() {
    while (state != SETTLED) {
      if (state == DROPPED) {
        return false;
      }
      if (!STATE.compareAndSet(this, HELD, SETTLED)) {
        Thread.onSpinWait(); // another thread is about to drop it, or finds that it is too late
      }
    }
    return true;
  }

  /**
   * The result for this caller: the value of the job, or an exception. Only valid once {@link
   * #isReady()}.
   */
  public final T answer() throws Throwable {
    if (!settlesWithJob()) {
      CancelReason reason = given() instanceof CancelReason why ? why : CancelReason.CANCELLED;
      throw new OffloadCancelledException(job.label(), reason);
    }
    Throwable failure = job.failure();
    if (failure != null) {
      throw failure;
    }
    return job.valueOfSuccess();
  }
}
