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
 *  from      to        by                                         answers from then on
 *  --------  --------  -----------------------------------------  -------------------------------
 *  HELD      DROPPING  drop(), before the outcome as it seems     (not yet)
 *  DROPPING  HELD      the same, which found the outcome decided  (not yet)
 *  DROPPING  DROPPED   the same, when the job has been told       what the drop gave
 *  HELD      SETTLED   the first answer given, after the outcome  the outcome of the job
 * </pre>
 *
 * <p>SETTLED exists so that a {@link #drop} which looked before the outcome and acts after it
 * cannot change an answer that was already given. DROPPING exists so that a lease is given up only
 * if the job did not end first, and that who is told of it finds the job cancelled, and its key
 * free if the body never ran, if the lease was its last. It runs nobody's code.
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

  /** What is given when nobody will ask. */
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
   * Who waits for the answer, the last one first; those that are done are taken out when they are
   * first. They are also in the stack of the job, where they are among those of all leases.
   */
  @SuppressWarnings("FieldMayBeFinal") // written through OWN
  private volatile @Nullable LeaseCompletion own;

  /** Written before {@link #state} says so, by the one who made it DROPPING. */
  private @Nullable Object given;

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
   * Gives the lease up, unless there is an outcome or it was given up before; then that may be told
   * by the time this returns.
   *
   * @param answer what {@link #given} answers from then on
   * @return whether this call gave it up
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

  /** The job knows of the drop: now it is what this lease answers. */
  final void settled() {
    state = DROPPED;
  }

  /** Tells who waits for the answer. After {@link #settled()}, when the job may be asked, too. */
  final void tellDropped() {
    try {
      onDropped();
    } catch (Throwable e) { // of a dispatcher, say
      Log.warn("a caller could not be told that its lease was given up", e);
    }
  }

  /** The lease was given up: tells who waits for its answer. Must neither wait nor run stages. */
  protected void onDropped() {
    if (given != LEFT) {
      LeaseCompletion waiter = (LeaseCompletion) OWN.getAndSet(this, null);
      for (; waiter != null; waiter = waiter.nextOfLease) {
        job.fire(waiter);
      }
    }
  }

  /** As {@link #cancel()}, by the only one who ever waited for the answer. */
  public final void leave() {
    drop(LEFT);
  }

  @Override
  public final boolean isSpent() {
    return state != HELD || job.isDecided();
  }

  /** Whether it was given up. */
  public final boolean isDropped() {
    return state == DROPPED;
  }

  /** What the drop gave. Only once {@link #isDropped()}. */
  protected final Object given() {
    return Objects.requireNonNull(given);
  }

  /** Registers for the answer; false if it is ready, and then the waiter will not be fired. */
  public final boolean register(LeaseCompletion waiter) {
    push(waiter); // a drop that comes later sees it, or we see the drop
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

  /** One of those who wait for the answer, as far as they are known here; null if none is such. */
  public final @Nullable LeaseCompletion waiting(Predicate<LeaseCompletion> isSuch) {
    LeaseCompletion waiter = own;
    while (waiter != null && (waiter.isDone() || !isSuch.test(waiter))) {
      waiter = waiter.nextOfLease;
    }
    return waiter;
  }

  /** The answer of this lease, as something to wait for. */
  public final WaitTarget target() {
    return to -> to.add(job.node(), false, this);
  }

  /** Whether it was given up, or is about to be. */
  final boolean isGivenUp() {
    byte now = state;
    return now == DROPPING || now == DROPPED;
  }

  /** Whether the answer may be told: it is that of the job, or it was given up. */
  public final boolean isReady() {
    return job.isTold() || isDropped();
  }

  /** Fixes what this lease answers. Only once {@link #isReady()}; true if that is the outcome. */
  protected final boolean settlesWithJob() {
    while (state != SETTLED) {
      if (state == DROPPED) {
        return false;
      }
      if (!STATE.compareAndSet(this, HELD, SETTLED)) {
        Thread.onSpinWait(); // for who is about to give it up, or finds that it is too late
      }
    }
    return true;
  }

  /**
   * What this caller is told: the value of the job, or an exception. Only once {@link #isReady()}.
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
