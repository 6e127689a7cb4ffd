package dev.offload.coroutines.internal.job;

import static dev.offload.coroutines.internal.job.JobWord.CANCELLED;
import static dev.offload.coroutines.internal.job.JobWord.CANCELLING;
import static dev.offload.coroutines.internal.job.JobWord.FAILED;
import static dev.offload.coroutines.internal.job.JobWord.ONE_LEASE;
import static dev.offload.coroutines.internal.job.JobWord.QUEUED;
import static dev.offload.coroutines.internal.job.JobWord.RUNNING;
import static dev.offload.coroutines.internal.job.JobWord.SUCCEEDED;
import static dev.offload.coroutines.internal.job.JobWord.WAITING;
import static dev.offload.coroutines.internal.job.JobWord.cancelled;
import static dev.offload.coroutines.internal.job.JobWord.publicState;
import static dev.offload.coroutines.internal.job.JobWord.reasonOf;
import static dev.offload.coroutines.internal.job.JobWord.stateOf;
import static dev.offload.coroutines.internal.job.JobWord.takenOf;

import dev.offload.CancelReason;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.completion.Completions;
import dev.offload.coroutines.internal.kinds.ScopeKind;
import dev.offload.coroutines.internal.limits.Lane;
import dev.offload.coroutines.internal.report.SafeListener;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One job: its state, its leases, its outcome, and its waiters.
 *
 * <p>The state shares one word with the number of leases ever taken, so that "join the job" and
 * "the last lease was dropped, cancel the job" cannot race: dropped leases are counted separately,
 * and the thread whose drop makes that count equal to the number taken cancels by a CAS on the
 * word, which fails if a lease is taken meanwhile.
 *
 * <pre>
 *  from        to           by                                    outcome decided   body
 *  ----------  -----------  ------------------------------------  ----------------  ----------------------
 *  WAITING     QUEUED       the end of the last predecessor       no                handed to its executor
 *  WAITING     FAILED       the successor's time limit            yes               never starts
 *  QUEUED      RUNNING      begin()                               no                starts
 *  QUEUED      FAILED       rejected by its executor              yes               never starts
 *  WAITING,
 *   QUEUED     CANCELLED    cancel, limit, or last lease dropped  yes               never starts
 *  RUNNING     SUCCEEDED    the body's end with a value           yes               has ended
 *  RUNNING     FAILED       the body's end with an exception      yes               has ended
 *  RUNNING     CANCELLING   cancel, limit, or last lease dropped  yes               is asked to stop
 *  CANCELLING  CANCELLED    the body's end, whatever its result   (was already)     has ended
 * </pre>
 *
 * <p>Every transition is one CAS on {@link #word}; a lease is taken only while the outcome is
 * undecided, and dropping one after that has no effect. So the outcome is decided once, and one of
 * the last three states is entered once: the thread that does so runs {@link JobEnd#of}, which
 * settles the end and then notifies everyone. The first step of the latter publishes the outcome;
 * until then a decided outcome is invisible: readers wait.
 *
 * <p>{@link #outcome} is owned by the thread that moved the job to RUNNING: the body, or {@link
 * #failUnstarted}, which passes through RUNNING briefly for that purpose. It is written before the
 * CAS that decides, and read after the word: a thread that sees SUCCEEDED or FAILED sees the
 * outcome. The result of a cancelled job is computed from its reason.
 */
public class JobCell<T extends @Nullable Object> extends Completions {
  private static final int SPINS = 100;

  private static final VarHandle WORD;
  private static final VarHandle DROPPED;
  private static final VarHandle NUMBER;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(JobCell.class, "word", long.class);
      DROPPED = MethodHandles.lookup().findVarHandle(JobCell.class, "leasesDropped", long.class);
      NUMBER = MethodHandles.lookup().findVarHandle(JobCell.class, "number", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Replaced by the registry with the equal key of its entry, before the job is visible to others.
   */
  private OffloadKey<T> key;

  private final ScopeCore scope;
  private final ScopeKind kind;
  private final @Nullable JobTimers timers;

  /** The reason a dropped last lease cancels the job with; null if the job then continues. */
  private final @Nullable CancelReason onLastLease;

  private final long acceptedNanos;
  private final @Nullable JobTicket ticket;

  /**
   * The key as text, if ids are shown. Computed by the submitting thread, as it runs code of the
   * id.
   */
  private final @Nullable String label;

  /** Cleared at the end, so that a handle kept for its result retains no closure. */
  private volatile @Nullable JobBody<T> body;

  @SuppressWarnings("FieldMayBeFinal") // written through WORD
  private volatile long word = QUEUED | ONE_LEASE;

  @SuppressWarnings("FieldMayBeFinal") // written through DROPPED
  private volatile long leasesDropped;

  /** The value if SUCCEEDED, the {@link Throwable} if FAILED; otherwise undefined. */
  private @Nullable Object outcome;

  /** The timer of a {@link JobGuard}, which is its only writer. */
  volatile OffloadTimer.@Nullable Task guard;

  /** The job's number in the manager; zero until requested. */
  @SuppressWarnings("FieldMayBeFinal") // written through NUMBER
  private volatile long number;

  /** Whether the outcome was ever requested. */
  private volatile boolean observed;

  /** Whether the body was asked to stop, so that any waits that remain are there to stay. */
  private volatile boolean stopAsked;

  /**
   * Whether it was counted out of its scope, and whether it was the last one. Accessed by its end
   * alone.
   */
  byte countedOut;

  private static final byte OUT = 1;
  private static final byte OUT_AS_LAST = 2;

  /**
   * The job's part in waits of bodies; null if it never had any. Written under {@link
   * WaitGraph#LOCK}.
   */
  volatile @Nullable WaitNode node;

  /** The next older job under the same key. Written only by {@link Registry}. */
  volatile @Nullable JobCell<?> older;

  /** The next newer job. Accessed by {@link Registry} alone, which guards it. */
  @Nullable JobCell<?> newer;

  JobCell(
      OffloadKey<T> key,
      ScopeCore scope,
      ScopeKind kind,
      JobBody<T> body,
      TimeoutPolicy timeout,
      @Nullable CancelReason onLastLease,
      boolean observed) {
    this.key = key;
    this.scope = scope;
    this.kind = kind;
    Lane lane = kind.lane;
    this.ticket = lane == null ? null : new JobTicket(this, lane);
    this.body = body;
    this.timers = JobTimers.of(timeout);
    this.onLastLease = onLastLease;
    this.observed = observed;
    this.acceptedNanos = scope.engine().nanoTime();
    this.label = scope.engine().config.showIds() ? scope.engine().label(key) : null;
  }

  // Queries.

  /** The key the job was submitted under. */
  public OffloadKey<T> key() {
    return key;
  }

  /** The job's number in the manager. The job can be found by it from this call on. */
  public long number() {
    long own = number;
    if (own == 0) {
      JobNumbers numbers = scope.engine().numbers();
      long drawn = numbers.draw(this);
      boolean isFirst = NUMBER.compareAndSet(this, 0L, drawn);
      own = number;
      if (!isFirst || hasEnded()) {
        numbers.takeOut(drawn);
      }
    }
    return own;
  }

  /** The job has ended, and must no longer be found by its number. */
  void forgetNumber() {
    long own = number;
    if (own != 0) {
      scope.engine().numbers().takeOut(own);
    }
  }

  /** Adopts the key of its registry entry, so that it can be found there by identity. */
  @SuppressWarnings("unchecked") // equal keys have one kind, which fixes T
  void shareKey(OffloadKey<?> entry) {
    key = (OffloadKey<T>) entry;
  }

  ScopeKind kind() {
    return kind;
  }

  /** What the job holds of concurrency limits; null if it is under none. */
  @Nullable JobTicket ticket() {
    return ticket;
  }

  /** The scope that owns the job. */
  public ScopeCore scope() {
    return scope;
  }

  /** The public name of the state; an end is visible once it is published. */
  public JobState state() {
    return publicState(toldWord());
  }

  private long toldWord() {
    long w = word;
    if (JobWord.hasEnded(w)) {
      awaitTold();
    }
    return w;
  }

  /**
   * If the outcome is decided, waits until it is published. Must not be called under a lock that
   * the end needs. Does not wait on the thread that settles the end, from which an id may call
   * this.
   */
  @SuppressWarnings("ThreadPriorityCheck") // the awaited thread may need this processor
  public void awaitTold() {
    int tries = 0;
    while (isDecided() && !isTold()) {
      if (++tries < SPINS) {
        Thread.onSpinWait();
      } else if (Aftermath.isSettling(this)) {
        return;
      } else {
        Thread.yield();
      }
    }
  }

  /** Whether the job failed or timed out: an end that nobody requested. */
  boolean hasFailed() {
    return stateOf(word) == FAILED || reasonOf(word) == CancelReason.TIMED_OUT;
  }

  /** Whether the outcome is decided. */
  public boolean isDecided() {
    return JobWord.isDecided(word);
  }

  /**
   * Whether the outcome is published: on cancel of a running body at once, else when the key is
   * free.
   */
  public boolean isTold() {
    return stateOf(word) == CANCELLING || hasFired();
  }

  /** Whether the body has ended, or will never start. */
  public boolean hasEnded() {
    return JobWord.hasEnded(word);
  }

  /** Whether the body has begun, or never will. */
  boolean hasBegun() {
    return stateOf(word) >= RUNNING;
  }

  /** Whether the body was asked to stop and has not ended. */
  boolean isDying() {
    return stateOf(word) == CANCELLING;
  }

  /** Whether the job waits for a predecessor. */
  boolean isWaiting() {
    return stateOf(word) == WAITING;
  }

  /** Whether the code of the body was interrupted to make it end, or is about to be. */
  public boolean isInterrupted() {
    JobBody<T> told = body;
    return isDecided() && told != null && told.stopsByInterrupt();
  }

  /** The key as text, as far as the settings allow. */
  public String label() {
    return label == null ? scope.engine().label(key) : label;
  }

  /** The current state of the job. */
  public JobSnapshot snapshot() {
    long gone = leasesDropped; // read first: counts only leases taken until now
    long w = toldWord();
    return new JobSnapshot(
        number(),
        key,
        label(),
        publicState(w),
        reasonOf(w),
        takenOf(w) - gone,
        scope.engine().since(acceptedNanos),
        waitsFor(w));
  }

  private @Nullable String waitsFor(long w) {
    if (stateOf(w) == WAITING) {
      return "its predecessor";
    }
    if (stateOf(w) != QUEUED) {
      return null;
    }
    String lacking = ticket == null ? null : Admission.lacks(ticket);
    return lacking == null ? "its executor" : lacking;
  }

  // Leases.

  /** Takes a lease if the outcome is undecided. */
  boolean tryJoin() {
    for (; ; ) {
      long w = word;
      if (JobWord.isDecided(w)) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w + ONE_LEASE)) {
        return true;
      }
    }
  }

  /** Takes a lease if the body has not begun and the outcome is undecided. */
  boolean tryJoinUnbegun() {
    for (; ; ) {
      long w = word;
      if (stateOf(w) >= RUNNING) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w + ONE_LEASE)) {
        return true;
      }
    }
  }

  /** Takes a lease that does not stem from a submission, if the outcome is undecided. */
  public void takeLease() {
    if (tryJoin()) {
      kind.uncountJoined();
    }
  }

  /** The number of submissions that joined the job. */
  long joined() {
    return takenOf(word) - 1;
  }

  /** Drops a lease; the last one may cancel the job. A lease must not be dropped twice. */
  public void dropLease() {
    cancelDecided(decideDrop(), null);
  }

  /**
   * Like {@link #dropLease}, but only decides. If the result is {@link Decision#TOO_LATE}, no lease
   * was dropped.
   */
  Decision decideDrop() {
    if (isDecided()) {
      return Decision.TOO_LATE;
    }
    long gone = (long) DROPPED.getAndAdd(this, 1L) + 1;
    assert gone <= takenOf(word) : "a lease was dropped twice";
    for (; ; ) {
      long w = word;
      if (takenOf(w) > gone) {
        return Decision.NOT_LAST; // the last drop has a higher number, and may have happened since
      }
      if (JobWord.isDecided(w)) {
        return Decision.TOO_LATE;
      }
      if (onLastLease == null || lingers(takenOf(w))) {
        return Decision.NOT_LAST;
      }
      if (WORD.compareAndSet(this, w, cancelled(w, onLastLease))) {
        return decisionIn(w);
      }
    }
  }

  /** Whether the job continues for now, although all leases ever taken have been dropped. */
  boolean lingers(long taken) {
    return false;
  }

  /**
   * Cancels the job, unless it is decided or the number of leases taken is no longer {@code taken}.
   */
  void abandon(long taken) {
    for (; ; ) {
      long w = word;
      if (JobWord.isDecided(w) || takenOf(w) != taken) {
        return;
      }
      if (WORD.compareAndSet(this, w, cancelled(w, CancelReason.ABANDONED))) {
        cancelDecided(decisionIn(w), null);
        return;
      }
    }
  }

  // Transitions by the body.

  /** Marks the start of the body; false if it must not start. */
  public boolean begin() {
    if (scope.isWithinCancelled() || !move(QUEUED, RUNNING)) {
      return false; // if the scope is being cancelled, that reaches this job, too
    }
    if (timers != null) {
      timers.arm(this);
    }
    if (scope.engine().listener.isOn()) {
      SafeListener listener = scope.engine().listener;
      JobSnapshot started = snapshot();
      listener.post(() -> listener.started(started));
    }
    return true;
  }

  /** Called when the body has ended with a value. */
  public void succeed(T value) {
    if (!decide(SUCCEEDED, value)) {
      endCancelled(null);
    }
  }

  /** Called when the body has ended with an exception. */
  public void fail(Throwable failure) {
    Throwable told =
        failure instanceof CancellationException && !isDecided()
            ? new OffloadFailedException(
                label()
                    + " failed: a CancellationException left its body although nobody cancelled the job",
                failure)
            : failure;
    if (!decide(FAILED, told)) {
      endCancelled(failure instanceof CancellationException ? null : failure);
    }
  }

  /**
   * Called when the body could not be started. No effect if it has begun or was cancelled
   * meanwhile.
   */
  public void refuse(Throwable failure) {
    failUnstarted(
        QUEUED,
        () ->
            new OffloadFailedException(
                label() + " failed: its executor or dispatcher refused to run it", failure));
  }

  /** Ends a job whose body never ran. Passes through RUNNING briefly, to own the outcome. */
  void failUnstarted(int from, Supplier<Throwable> failure) {
    if (move(from, RUNNING)) {
      if (!decide(FAILED, failure.get())) {
        endCancelled(null);
      }
    }
  }

  private boolean decide(int to, @Nullable Object result) {
    outcome = result;
    if (!move(RUNNING, to)) {
      return false;
    }
    JobEnd.of(this, null, null);
    return true;
  }

  private void endCancelled(@Nullable Throwable discarded) {
    outcome = null;
    assert isDecided() : "a body ended that never began";
    if (move(CANCELLING, CANCELLED)) {
      JobEnd.of(this, discarded, null);
    }
  }

  // Transitions by others.

  /**
   * Cancels the job; true if this call decided the outcome. In either case it is published on
   * return.
   */
  public boolean cancel(CancelReason reason) {
    Decision decision = decideCancel(reason);
    cancelDecided(decision, null);
    if (decision == Decision.TOO_LATE) {
      awaitTold();
    }
    return decision.cancels();
  }

  private static Decision decisionIn(long w) {
    return stateOf(w) == RUNNING ? Decision.RUNNING : Decision.NEVER_STARTS;
  }

  /** Cancels the job if its body has not begun. */
  void cancelUnstarted() {
    for (; ; ) {
      long w = word;
      if (stateOf(w) >= RUNNING) {
        return;
      }
      if (WORD.compareAndSet(this, w, JobWord.notStarted(w))) {
        cancelDecided(decisionIn(w), null);
        return;
      }
    }
  }

  /** Only decides. The caller must call {@link #cancelDecided} soon, outside all locks. */
  Decision decideCancel(CancelReason reason) {
    for (; ; ) {
      long w = word;
      if (JobWord.isDecided(w)) {
        return Decision.TOO_LATE;
      }
      if (WORD.compareAndSet(this, w, cancelled(w, reason))) {
        return decisionIn(w);
      }
    }
  }

  /**
   * Completes a decision; no effect unless it cancels.
   *
   * @param by the lease whose drop was the cancel
   */
  void cancelDecided(Decision decision, @Nullable Lease<?> by) {
    if (decision == Decision.RUNNING) {
      JobEnd.cancelled(this, by);
    } else if (decision.cancels()) {
      stopUnstartedBody();
      JobEnd.of(this, null, by);
    }
  }

  /** Schedules {@code task} on the body's own clock if it has one, otherwise on the manager's. */
  OffloadTimer.Task schedule(Duration delay, Runnable task) {
    JobBody<T> timed = body;
    return scope.engine().schedule(timed == null ? null : timed.timer(), delay, task);
  }

  /** Like {@link #schedule}, but returns null if the clock fails. */
  OffloadTimer.@Nullable Task trySchedule(Duration delay, Runnable task) {
    JobBody<T> timed = body;
    return scope.engine().trySchedule(timed == null ? null : timed.timer(), delay, task);
  }

  /** Makes the job wait for its predecessors. Called before the job is visible to others. */
  void waitForPredecessors() {
    assert word == (QUEUED | ONE_LEASE) : "others have seen it: " + word;
    WORD.setRelease(this, WAITING | ONE_LEASE);
    synchronized (WaitGraph.LOCK) {
      WaitGraph.relist(node());
    }
  }

  /** Records which job waits below this one. Called before this one is visible to others. */
  void placedAbove(JobCell<?> waiting) {
    synchronized (WaitGraph.LOCK) {
      node().waitingBelow = waiting;
    }
  }

  /** The job that was waiting under the key when this one was placed above it, or null. */
  @Nullable JobCell<?> waitingBelow() {
    WaitNode own = node;
    return own == null ? null : own.waitingBelow;
  }

  /**
   * Takes permits or a place in the queue if the job is under limits; false if neither is
   * available. Called before the job is visible to others.
   */
  boolean reserve(boolean succeeds, boolean beyond) {
    return ticket == null || Admission.reserve(ticket, succeeds, beyond);
  }

  /** Limits the time until the body begins. Called once the job is visible. */
  void limitStart() {
    if (timers != null) {
      timers.armStart(this);
    }
  }

  /**
   * Called when the predecessors have ended. True if the job may start and nothing ended it first.
   */
  boolean endWaiting() {
    if (!move(WAITING, QUEUED)) {
      return false;
    }
    synchronized (WaitGraph.LOCK) {
      WaitGraph.relist(node());
    }
    return true;
  }

  /** Starts the job when its limits allow it. */
  void admit() {
    if (ticket == null) {
      Aftermath.startNow(this);
    } else {
      Admission.enter(ticket, null).run();
    }
  }

  /** Like {@link #admit}, but only collects the jobs to be started. */
  AdmissionStep admit(@Nullable AdmissionStep before) {
    if (ticket != null) {
      return Admission.enter(ticket, before);
    }
    AdmissionStep step = before == null ? new AdmissionStep() : before;
    step.started.add(this);
    return step;
  }

  /** Hands the body to its executor. */
  void start() {
    JobBody<T> started = body;
    try {
      if (started != null) {
        started.startBody(this);
      }
    } catch (Throwable e) {
      refuse(e);
    }
  }

  /**
   * Asks the body to stop, on a side thread: its reaction is foreign code, and may take long. Under
   * a test's virtual time, on this thread: otherwise that time would advance while another thread
   * is about to ask.
   */
  void stopBody() {
    JobBody<T> stopped = body;
    if (stopped == null) {
      return;
    }
    if (stopped.timer() == null) {
      scope.engine().side.stop(() -> stop(stopped));
    } else {
      stop(stopped);
    }
  }

  /** A body that has not begun has no code that could react. */
  private void stopUnstartedBody() {
    JobBody<T> stopped = body;
    if (stopped != null) {
      stop(stopped);
    }
  }

  private void stop(JobBody<T> stopped) {
    try {
      stopped.stopBody();
    } catch (Throwable e) { // user code that reacts to the cancellation
      scope.engine().listener.bodyCancelThrew(key.kind().name(), label(), e);
    } finally {
      stopAsked = true;
      WaitGraph.comeToCount(this);
    }
  }

  /** Called when the job is in the registry. */
  void tellPlaced() {
    JobBody<T> placed = body;
    if (placed != null) {
      placed.placed(this);
    }
  }

  // Steps of the end, see JobEnd.

  /** Notifies a recorder, which calls nobody else; exceptions from ids of tasks stay inside it. */
  void tellRecorder() {
    JobBody<T> told = body;
    if (told != null) {
      told.decided(this);
    }
  }

  /** Notifies the watchers of a recorder. */
  void tellWatchers() {
    JobBody<T> told = body;
    if (told != null) {
      told.told();
    }
  }

  /**
   * The last {@link #tellWatchers}. Clears the body: a handle kept for its result retains no
   * closure.
   */
  void letBodyGo() {
    tellWatchers();
    body = null;
  }

  /** Counts the job out, once; true, also on later calls, if that terminated its scope. */
  boolean countOut() {
    if (countedOut == 0) {
      countedOut = scope.count(this, publicState(word)) ? OUT_AS_LAST : OUT;
    }
    return countedOut == OUT_AS_LAST;
  }

  /** Cancels the timers. */
  void disarm() {
    if (timers != null) {
      timers.disarm();
    }
    JobGuard.disarm(this);
  }

  /** Whether {@link #tellListener} has anything to report. */
  boolean hasNews(@Nullable Throwable discarded) {
    return timers != null
        || discarded != null
        || hasFailedUnobserved()
        || scope.engine().listener.isOn();
  }

  void tellListener(@Nullable Throwable discarded) {
    SafeListener listener = scope.engine().listener;
    if (timers != null) {
      timers.tellTotal(this);
    }
    if (hasFailedUnobserved()) {
      scope.failedUnobserved(this);
    }
    if (discarded != null) {
      listener.dropped(label(), discarded);
    }
    if (listener.isOn()) {
      Throwable failure = failure();
      if (failure != null && discarded != null && failure != discarded) {
        failure.addSuppressed(discarded);
      }
      listener.ended(snapshot(), failure);
    }
  }

  // Waiting.

  /**
   * Registers for the outcome; false if it is published already, in which case the waiter will not
   * be fired. To wait for the end of the body, {@link #push} a waiter.
   */
  public boolean register(Completion waiter) {
    if (!push(waiter)) {
      return false;
    }
    // A cancel before the push became visible did not see the waiter.
    return stateOf(word) != CANCELLING || !takeBack(waiter);
  }

  /** Whether the job has failed and its outcome was never requested. */
  boolean hasFailedUnobserved() {
    return !observed && stateOf(word) == FAILED;
  }

  /** Whether the job has no handle and never had one. */
  boolean isSpawned() {
    return onLastLease == null && key instanceof OffloadKey.Auto;
  }

  /** Notes that the outcome was requested, so that a failure needs no report. */
  public void markObserved() {
    if (!observed) {
      observed = true;
      if (stateOf(word) == FAILED) {
        scope.isSeen(this); // it may have been kept for a report
      }
    }
  }

  /** The value of a job that succeeded. */
  // A null outcome of a succeeded job is a value of type T.
  @SuppressWarnings({"unchecked", "NullAway"})
  public T valueOfSuccess() {
    return (T) outcome;
  }

  /** The exception for callers, or null if the job succeeded. The outcome must be decided. */
  public @Nullable Throwable failure() {
    return switch (stateOf(word)) {
      case SUCCEEDED -> null;
      case FAILED -> (Throwable) Objects.requireNonNull(outcome);
      case CANCELLING, CANCELLED -> cancelFailure();
      default ->
          throw new IllegalStateException("the outcome of " + label() + " is not decided yet");
    };
  }

  private Throwable cancelFailure() {
    CancelReason reason = Objects.requireNonNull(reasonOf(word));
    if (reason == CancelReason.TIMED_OUT && timers != null) {
      return timers.failure(label(), JobWord.wasNotStarted(word));
    }
    return new OffloadCancelledException(label(), reason);
  }

  // Waiting for other jobs; see WaitGraph. Its lock is held.

  WaitNode node() {
    WaitNode own = node;
    if (own == null) {
      own = new WaitNode(this);
      node = own;
    }
    return own;
  }

  /**
   * Whether waits of the body count, including those of a cancelled body that are there to stay.
   */
  boolean waitsCount() {
    return !isDecided() || stopAsked;
  }

  /** Passes on the predecessors that the job still waits for. */
  void eachPredecessor(Consumer<JobCell<?>> to) {
    for (JobCell<?> predecessor = older; predecessor != null; predecessor = predecessor.older) {
      if (!predecessor.hasEnded()) {
        to.accept(predecessor);
      }
    }
  }

  /** The job under the same key that waits for this one to end, or null. */
  @Nullable JobCell<?> successor() {
    return scope.successor(this);
  }

  /** The outcome of this job, as a wait target. */
  public WaitTarget outcomeTarget() {
    return to -> to.add(node(), /* untilEnd= */ false, null);
  }

  /** The end of this job's body, as a wait target. */
  public WaitTarget endTarget() {
    return to -> to.add(node(), /* untilEnd= */ true, null);
  }

  // The word.

  private boolean move(int from, int to) {
    for (; ; ) {
      long w = word;
      if (stateOf(w) != from) {
        return false;
      }
      if (WORD.compareAndSet(this, w, w - from + to)) {
        return true;
      }
    }
  }
}
