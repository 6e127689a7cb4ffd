package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.OffloadTimeoutException;
import dev.offload.ScopeClosedException;
import dev.offload.coroutines.internal.completion.Completions;
import dev.offload.coroutines.internal.job.Gate.Step;
import dev.offload.coroutines.internal.kinds.ScopeKinds;
import dev.offload.coroutines.internal.threads.Log;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A scope without its faces: who belongs to it, what its end does, and the scopes under it. What a
 * submission does is in {@link Submissions}, what is to be seen in {@link ScopeViews}.
 *
 * <p>Cancelling the scope goes: move the gate, then walk the registry. Submitting goes: count in at
 * the {@link Gate}, place in the {@link Registry}, look at the gate again. Either the walk meets
 * the job, or the second look meets the moved gate; so a job that was accepted is cancelled with
 * its scope, and none slips through. Opening a scope under this one goes the same way.
 *
 * <p>A scope is a member of the one above it until it has terminated, so that one cannot end first.
 */
public final class ScopeCore implements WaitTarget {
  @SuppressWarnings("rawtypes") // a class literal has no arguments
  private static final AtomicReferenceFieldUpdater<ScopeCore, @Nullable JobCell> FIRST_FAILED =
      AtomicReferenceFieldUpdater.newUpdater(ScopeCore.class, JobCell.class, "firstFailed");

  private final Engine engine;
  private final @Nullable ScopeCore parent;
  private final String name;
  private final boolean failFast;
  final long openedNanos;

  final Registry registry;
  final Gate gate = new Gate();
  final ScopeKinds kinds;
  private final Submissions submissions = new Submissions(this);
  final OwnLeases leases = new OwnLeases();
  private final UnseenFailures unseen;
  private volatile @Nullable JobCell<?> firstFailed;

  /**
   * The open scopes under this one; guards itself, and that an ended one is counted in the kinds of
   * this one exactly when it is not here.
   */
  final ScopeList children = new ScopeList();

  /** The links of this scope in the list of the one above, which guards them. */
  @Nullable ScopeCore older;

  @Nullable ScopeCore newer;

  /** Its part in waits of bodies; null if it never had any. Written under their lock. */
  private volatile @Nullable WaitNode node;

  /** Its time limit; null if it has none. Written once, before the scope is handed out. */
  private volatile @Nullable ScopeDeadline deadline;

  private volatile Runnable onClose = () -> {};

  private volatile @Nullable Object face;

  private volatile @Nullable Object asyncFace;

  ScopeCore(
      Engine engine,
      @Nullable ScopeCore parent,
      String name,
      boolean failFast,
      @Nullable ConcurrencyLimit limit) {
    this.engine = engine;
    this.parent = parent;
    this.name = name;
    this.failFast = failFast;
    this.openedNanos = engine.nanoTime();
    this.unseen = new UnseenFailures(parent == null);
    // Most scopes below the manager are for one request, and see few jobs of few kinds.
    this.registry = new Registry(parent == null ? 16 : 4);
    this.kinds = new ScopeKinds(parent == null ? null : parent.kinds, name, limit);
  }

  /** The name, as given. */
  public String name() {
    return name;
  }

  /** The scope in front of this one for Kotlin callers, if there is one. */
  public @Nullable Object face() {
    return face;
  }

  /** Sets {@link #face()}, before the scope is handed out. */
  public void face(Object publicScope) {
    face = publicScope;
  }

  /** The scope in front of this one for Java callers, if there is one. */
  public @Nullable Object asyncFace() {
    return asyncFace;
  }

  /** Sets {@link #asyncFace()}, once. */
  public void asyncFace(Object publicScope) {
    asyncFace = publicScope;
  }

  /** What this scope shares with the others of its manager. */
  public Engine engine() {
    return engine;
  }

  ScopeCore root() {
    return engine.root();
  }

  /** What is thrown at those who come too late. */
  public ScopeClosedException closedException() {
    OffloadTimeoutException timeout = timeout();
    return timeout == null ? new ScopeClosedException(name) : new ScopeClosedException(timeout);
  }

  /** What cancelled this scope, if that was its time limit; null if it was not. */
  public @Nullable OffloadTimeoutException timeout() {
    ScopeDeadline own = deadline;
    return own == null ? null : own.passed();
  }

  /**
   * Cancels this scope when it has not ended by then. To be called once, before it is handed out.
   *
   * @param timer what tells the time; null for the manager's
   */
  public void limitTime(Duration limit, @Nullable OffloadTimer timer) {
    ScopeDeadline own = new ScopeDeadline(this, limit);
    deadline = own;
    own.arm(timer);
  }

  /** Its time is over: as {@link #close}, on a thread that has to go on. */
  void timeOut() {
    Deque<ScopeCore> closed = closeTree(new ArrayList<>());
    engine.side.stop(() -> closed.forEach(ScopeCore::tellClosed));
  }

  private void isNotTimedOut() {
    ScopeDeadline own = deadline;
    if (own != null) {
      own.isOver();
    }
  }

  // While a manager shuts down, it takes members only from those who belong to it already: code
  // that
  // uses a scope which is open, and code in a body.

  boolean enter(long member, ScopeCore from) {
    return gate.enter(member, false) || (belongs(from) && gate.enter(member, true));
  }

  boolean takesFrom(ScopeCore from) {
    return gate.takes(false) || (belongs(from) && gate.takes(true));
  }

  private boolean belongs(ScopeCore from) {
    return from != this || isInBody();
  }

  private boolean isInBody() {
    JobCell<?> current = CurrentJob.get();
    return current != null && current.scope().engine == engine && !current.isDecided();
  }

  /** What submissions to this scope do. */
  public Submissions submissions() {
    return submissions;
  }

  /** Makes a place of its own for the jobs of a recorder. */
  public Section section() {
    return registry.section();
  }

  /** Counts a member out that is not a job of the registry (any more). */
  void leave(long member) {
    gate.hold();
    if (gate.leave(member)) {
      settleEnd();
    }
    tellEndIfDue();
  }

  // The end of a job, see JobEnd.

  /**
   * A job has failed, perhaps, and is not counted out yet, so the scope has not ended. True if the
   * scope fails fast by it and takes nothing more: {@link #cancelMembers} has to follow.
   */
  boolean noteFailure(JobCell<?> job) {
    if (failFast && job.hasFailed() && isFirstFailed(job)) {
      job.markObserved();
      isNotTimedOut();
      gate.advance(Gate.CANCELLED); // it has this job, so it does not terminate with this
      return true;
    }
    if (job.hasFailedUnobserved() && !job.isSpawned()) {
      unseen.add(job);
    }
    return false;
  }

  private boolean isFirstFailed(JobCell<?> job) {
    return FIRST_FAILED.compareAndSet(this, null, job) || firstFailed == job;
  }

  /**
   * Counts the job out; true if the scope is over with it. {@link #tellEndIfDue} has to follow when
   * its callers are told.
   */
  boolean count(JobCell<?> job, JobState end) {
    job.kind().countEnded(end, job.joined());
    gate.hold();
    return gate.leave(Gate.JOB);
  }

  /** Takes the job out of the registry; answers the successor to start. */
  @Nullable JobCell<?> remove(JobCell<?> job) {
    return registry.remove(job);
  }

  boolean hasUnseenFailures() {
    return !unseen.isEmpty();
  }

  /** Somebody has asked for the outcome of a job that failed. */
  void isSeen(JobCell<?> job) {
    unseen.isSeen(job);
  }

  /** A job failed and nobody has asked for its outcome so far; its callers have been told. */
  void failedUnobserved(JobCell<?> job) {
    if (job.isSpawned()) {
      engine.listener.unobservedFailure(job.snapshot(), Objects.requireNonNull(job.failure()));
      return;
    }
    if (parent == null) {
      unseen.limitTime(job, engine.config.unobservedReportAfter());
    }
    unseen.reportTooMany();
  }

  // The end of the scope: runs once, when it takes no more members and the last one has ended.

  /** Its counts go to the one above, once: from here on it is not there any more. */
  void settleEnd() {
    if (!kinds.end()) {
      return; // what came after it failed, and is taken up again
    }
    isNotTimedOut();
    WaitNode own = node; // who makes it later finds the scope over
    if (own != null) {
      synchronized (WaitGraph.LOCK) {
        WaitGraph.isOver(own);
      }
    }
    if (parent != null) {
      parent.forget(this);
    }
  }

  /** What came with a step is told: if that was the last step, and the last news, tells the end. */
  void tellEndIfDue() {
    if (gate.release()) {
      tellEnd();
    }
  }

  /** Tells those who wait for it, and does the same for each scope above that ends with it. */
  private void tellEnd() {
    Aftermath after = Aftermath.enter();
    try {
      for (ScopeCore ended = this; ended != null; ended = ended.leaveParent()) {
        ended.leases.dropAll();
        if (!ended.unseen.isEmpty()) {
          after.post(engine, ended.unseen::reportAll);
        }
        ended.gate.close();
      }
    } finally {
      after.exit();
    }
  }

  /** Answers the scope above if that is over, too. */
  private @Nullable ScopeCore leaveParent() {
    if (parent == null) {
      return null;
    }
    parent.gate.hold();
    if (parent.gate.leave(Gate.SCOPE)) {
      parent.settleEnd();
    }
    return parent.gate.release() ? parent : null;
  }

  private void forget(ScopeCore child) {
    synchronized (children) {
      children.remove(child);
      kinds.takeOver(child.kinds);
    }
  }

  // Scopes under this one.

  /**
   * Opens a scope under this one.
   *
   * @throws ScopeClosedException if this one takes no more members
   */
  public ScopeCore open(String childName, boolean failsFast, @Nullable ConcurrencyLimit limit) {
    if (!enter(Gate.SCOPE, this)) {
      throw closedException();
    }
    ScopeCore child = new ScopeCore(engine, this, childName, failsFast, limit);
    synchronized (children) {
      children.add(child);
    }
    if (gate.isCancelled()) {
      child.close();
    }
    return child;
  }

  /** Sets what runs, once, when this scope is cancelled; also if it is so already. */
  public void onClose(Runnable action) {
    AtomicBoolean first = new AtomicBoolean(true);
    Runnable once =
        () -> {
          if (first.getAndSet(false)) {
            action.run();
          }
        };
    onClose = once;
    if (gate.isCancelled()) {
      once.run();
    }
  }

  // The tree may be deep: walks through it keep what is left to do in a list, on no stack.

  /** Visits this scope and all under it, each before the scopes under it are looked up. */
  void forEachScope(Consumer<ScopeCore> visit) {
    Deque<ScopeCore> left = new ArrayDeque<>();
    for (ScopeCore scope = this; scope != null; scope = left.pollFirst()) {
      visit.accept(scope);
      synchronized (scope.children) {
        scope.children.fromNewest(left::addFirst);
      }
    }
  }

  /** What is to be seen of this scope and those under it. */
  public ScopeViews views() {
    return new ScopeViews(this);
  }

  // As something to wait for: its end is the end of all that is in it.

  @Override
  public void eachPart(Parts to) {
    to.add(node(), true, null);
  }

  /** Under the lock of the waits. */
  WaitNode node() {
    WaitNode own = node;
    if (own == null) {
      own = new WaitNode(this);
      node = own;
    }
    return own;
  }

  @Nullable WaitNode nodeIfAny() {
    return node;
  }

  boolean isOver() {
    return kinds.isOver();
  }

  @Nullable ScopeCore parent() {
    return parent;
  }

  @Nullable JobCell<?> successor(JobCell<?> job) {
    return registry.successor(job);
  }

  // Cancelling and ending.

  /** Cancels every job under the key; true if that changed anything. */
  public boolean cancel(OffloadKey<?> key) {
    Aftermath after = Aftermath.enter();
    try {
      return registry.cancel(key, CancelReason.CANCELLED);
    } finally {
      after.exit();
    }
  }

  /** Cancels the job of the manager that has the number; true if that changed anything. */
  public boolean cancelJob(long number) {
    JobCell<?> job = engine.numbers().find(number);
    Aftermath after = Aftermath.enter();
    try {
      return job != null && job.cancel(CancelReason.CANCELLED);
    } finally {
      after.exit();
    }
  }

  /** Cancels every job of this scope and under it; answers how many that changed. */
  public int cancelAll() {
    return cancelAll(views().jobs());
  }

  /** As {@link #cancelAll()}, for the jobs of one kind. */
  public int cancelAll(OffloadKind<?, ? extends @Nullable Object> kind) {
    List<JobCell<?>> jobs = views().jobs();
    jobs.removeIf(job -> job.key().kind() != kind);
    return cancelAll(jobs);
  }

  /** Cancels these jobs; answers how many that changed. */
  public static int cancelAll(List<JobCell<?>> jobs) {
    List<JobCell<?>> changed = new ArrayList<>(jobs);
    Aftermath after = Aftermath.enter();
    try {
      changed.removeIf(job -> !job.cancel(CancelReason.CANCELLED));
    } finally {
      after.exit();
    }
    return changed.size();
  }

  /** Takes no more jobs as soon as none is active; those accepted go on. */
  public void complete() {
    advance(Gate.COMPLETING);
  }

  /** Takes no more jobs but from its members; those accepted go on. */
  public void drain() {
    advance(Gate.DRAINING);
  }

  private boolean advance(int stage) {
    gate.hold();
    Step step = gate.advance(stage);
    if (step == Step.TERMINATED) {
      settleEnd();
    }
    tellEndIfDue();
    return step != Step.NONE;
  }

  /**
   * Takes no more members and cancels those it has; answers the jobs, also those under it, that
   * this changed.
   */
  public List<JobCell<?>> close() {
    List<JobCell<?>> changed = new ArrayList<>();
    Aftermath after = Aftermath.enter();
    try {
      Deque<ScopeCore> closed = closeTree(changed);
      // Whoever closes a scope chose to run what waits for its cancellation.
      after.tell(() -> closed.forEach(ScopeCore::tellClosed));
    } finally {
      after.exit();
    }
    return changed;
  }

  /** A job of a scope that fails fast has failed, and closed its gate: the same for the rest. */
  void cancelMembers() {
    Deque<ScopeCore> closed = closeTree(new ArrayList<>());
    closed.add(this);
    engine.side.stop(() -> closed.forEach(ScopeCore::tellClosed));
  }

  /**
   * Cancels what is in this scope and under it. Answers the scopes that were open, from the
   * innermost on: each is to know that it was closed, and not ended by the one above.
   */
  private Deque<ScopeCore> closeTree(List<JobCell<?>> changed) {
    Deque<ScopeCore> closed = new ArrayDeque<>();
    forEachScope(
        scope -> {
          scope.isNotTimedOut();
          if (scope.advance(Gate.CANCELLED)) {
            closed.push(scope);
          }
          scope.cancelJobs(changed);
        });
    return closed;
  }

  private void cancelJobs(List<JobCell<?>> changed) {
    for (JobCell<?> job : registry.all()) {
      if (job.cancel(CancelReason.SCOPE_CLOSED)) {
        changed.add(job);
      }
    }
  }

  private void tellClosed() {
    try {
      onClose.run();
    } catch (Throwable e) { // the other scopes must be told, too
      Log.warn("scope '" + name + "': what its close runs threw", e);
    }
  }

  /** Whether this scope was cancelled, by whoever. */
  public boolean isCancelled() {
    return gate.isCancelled();
  }

  /**
   * Whether this scope or one above it was cancelled: its jobs are, or are about to be. One that
   * has not begun must not do so as the others give back their permits or threads.
   */
  boolean isWithinCancelled() {
    for (ScopeCore scope = this; scope != null; scope = scope.parent) {
      if (scope.gate.isCancelled()) {
        return true;
      }
    }
    return false;
  }

  /** What a job failed with and so closed this scope, which fails fast; null if none did. */
  public @Nullable Throwable firstFailure() {
    JobCell<?> job = firstFailed;
    return job == null ? null : job.failure();
  }

  /** Is closed when the scope takes no more members and the last one has ended. */
  public Completions termination() {
    return gate;
  }
}
