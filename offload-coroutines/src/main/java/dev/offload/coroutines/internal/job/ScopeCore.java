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
 * A scope without its faces: its members, its end, and the scopes below it. Submission is in {@link
 * Submissions}, queries are in {@link ScopeViews}.
 *
 * <p>Cancelling the scope: advance the gate, then traverse the registry. Submitting: count in at
 * the {@link Gate}, place in the {@link Registry}, check the gate again. Either the traversal meets
 * the job, or the second check sees the advanced gate; so an accepted job is cancelled with its
 * scope, and none is missed. Opening a scope below this one works the same way.
 *
 * <p>A scope is a member of its parent until it has terminated, so the parent cannot end first.
 */
public final class ScopeCore implements WaitTarget {
  @SuppressWarnings("rawtypes") // a class literal has no type arguments
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
   * The open scopes below this one. Its lock guards the list, and the fact that an ended scope is
   * counted in the kinds of this one exactly when it is not in the list.
   */
  final ScopeList children = new ScopeList();

  /** The links of this scope in its parent's list, which guards them. */
  @Nullable ScopeCore older;

  @Nullable ScopeCore newer;

  /** The scope's part in waits of bodies; null if it never had any. Written under their lock. */
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
    // Most scopes below the manager's are for one request, and see few jobs of few kinds.
    this.registry = new Registry(parent == null ? 16 : 4);
    this.kinds = new ScopeKinds(parent == null ? null : parent.kinds, name, limit);
  }

  /** The name, as given. */
  public String name() {
    return name;
  }

  /** The Kotlin face of this scope, if any. */
  public @Nullable Object face() {
    return face;
  }

  /** Sets {@link #face()}, before the scope is handed out. */
  public void face(Object publicScope) {
    face = publicScope;
  }

  /** The Java face of this scope, if any. */
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

  /** The exception for those that come too late. */
  public ScopeClosedException closedException() {
    OffloadTimeoutException timeout = timeout();
    return timeout == null ? new ScopeClosedException(name) : new ScopeClosedException(timeout);
  }

  /** The time limit that cancelled this scope, or null. */
  public @Nullable OffloadTimeoutException timeout() {
    ScopeDeadline own = deadline;
    return own == null ? null : own.passed();
  }

  /**
   * Cancels this scope if it has not ended within {@code limit}. To be called once, before the
   * scope is handed out.
   *
   * @param timer the clock; null for the manager's
   */
  public void limitTime(Duration limit, @Nullable OffloadTimer timer) {
    ScopeDeadline own = new ScopeDeadline(this, limit);
    deadline = own;
    own.arm(timer);
  }

  /** Called when the time is over: like {@link #close}, on a thread that must not be held up. */
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

  // While a manager shuts down, it accepts members only from its own: code that uses an open scope,
  // and code in a body.

  boolean enter(long member, ScopeCore from) {
    return gate.enter(member, /* fromMember= */ false)
        || (belongs(from) && gate.enter(member, /* fromMember= */ true));
  }

  boolean takesFrom(ScopeCore from) {
    return gate.takes(/* fromMember= */ false)
        || (belongs(from) && gate.takes(/* fromMember= */ true));
  }

  private boolean belongs(ScopeCore from) {
    return from != this || isInBody();
  }

  private boolean isInBody() {
    JobCell<?> current = CurrentJob.get();
    return current != null && current.scope().engine == engine && !current.isDecided();
  }

  /** The submissions to this scope. */
  public Submissions submissions() {
    return submissions;
  }

  /** Creates a section of the registry for the jobs of a recorder. */
  public Section section() {
    return registry.section();
  }

  /** Counts out a member that is not, or no longer, a job in the registry. */
  void leave(long member) {
    gate.hold();
    if (gate.leave(member)) {
      settleEnd();
    }
    tellEndIfDue();
  }

  // The end of a job, see JobEnd.

  /**
   * The job may have failed, and is not counted out yet, so the scope has not ended. Returns true
   * if the scope fails fast because of it and accepts nothing more: {@link #cancelMembers} has to
   * follow.
   */
  boolean noteFailure(JobCell<?> job) {
    if (failFast && job.hasFailed() && isFirstFailed(job)) {
      job.markObserved();
      isNotTimedOut();
      gate.advance(Gate.CANCELLED); // still has this job, so it does not terminate
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
   * Counts the job out; true if that terminates the scope. {@link #tellEndIfDue} has to follow once
   * its callers are notified.
   */
  boolean count(JobCell<?> job, JobState end) {
    job.kind().countEnded(end, job.joined());
    gate.hold();
    return gate.leave(Gate.JOB);
  }

  /** Removes the job from the registry; returns the successor to start. */
  @Nullable JobCell<?> remove(JobCell<?> job) {
    return registry.remove(job);
  }

  boolean hasUnseenFailures() {
    return !unseen.isEmpty();
  }

  /** The outcome of a failed job was requested. */
  void isSeen(JobCell<?> job) {
    unseen.isSeen(job);
  }

  /** A job failed and its outcome was not requested so far; its callers have been notified. */
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

  // The end of the scope: runs once, when it accepts no more members and the last one has ended.

  /** Adds its counts to the parent's, once: from here on this scope is gone. */
  void settleEnd() {
    if (!kinds.end()) {
      return; // what came after it failed, and is resumed
    }
    isNotTimedOut();
    WaitNode own = node; // a node created later finds the scope over
    if (own != null) {
      synchronized (WaitGraph.LOCK) {
        WaitGraph.isOver(own);
      }
    }
    if (parent != null) {
      parent.forget(this);
    }
  }

  /**
   * Called when all notifications of a step are made; makes those of the end of the scope if that
   * was the last step, and the last such call.
   */
  void tellEndIfDue() {
    if (gate.release()) {
      tellEnd();
    }
  }

  /**
   * Notifies those that wait for the end, and does the same for each ancestor that ends with it.
   */
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

  /** Returns the parent if that is over, too. */
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

  // Scopes below this one.

  /**
   * Opens a scope below this one.
   *
   * @throws ScopeClosedException if this scope accepts no more members
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

  /**
   * Sets an action that runs once, when this scope is cancelled; at once if it is cancelled
   * already.
   */
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

  // The tree may be deep: traversals keep pending scopes in a list rather than on the stack.

  /** Visits this scope and all below it, each before its children are looked up. */
  void forEachScope(Consumer<ScopeCore> visit) {
    Deque<ScopeCore> left = new ArrayDeque<>();
    for (ScopeCore scope = this; scope != null; scope = left.pollFirst()) {
      visit.accept(scope);
      synchronized (scope.children) {
        scope.children.fromNewest(left::addFirst);
      }
    }
  }

  /** Queries on this scope and those below it. */
  public ScopeViews views() {
    return new ScopeViews(this);
  }

  // As a wait target: its end is the end of all its members.

  @Override
  public void eachPart(Parts to) {
    to.add(node(), /* untilEnd= */ true, null);
  }

  /** Called under the lock of the waits. */
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

  /** Cancels every job under the key; true if that had any effect. */
  public boolean cancel(OffloadKey<?> key) {
    Aftermath after = Aftermath.enter();
    try {
      return registry.cancel(key, CancelReason.CANCELLED);
    } finally {
      after.exit();
    }
  }

  /** Cancels the manager's job with this number; true if that had any effect. */
  public boolean cancelJob(long number) {
    JobCell<?> job = engine.numbers().find(number);
    Aftermath after = Aftermath.enter();
    try {
      return job != null && job.cancel(CancelReason.CANCELLED);
    } finally {
      after.exit();
    }
  }

  /** Cancels every job of this scope and below it; returns the number of jobs affected. */
  public int cancelAll() {
    return cancelAll(views().jobs());
  }

  /** Like {@link #cancelAll()}, for the jobs of one kind. */
  public int cancelAll(OffloadKind<?, ? extends @Nullable Object> kind) {
    List<JobCell<?>> jobs = views().jobs();
    jobs.removeIf(job -> job.key().kind() != kind);
    return cancelAll(jobs);
  }

  /** Cancels these jobs; returns the number of jobs affected. */
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

  /** Accepts no more jobs as soon as none is active; accepted jobs continue. */
  public void complete() {
    advance(Gate.COMPLETING);
  }

  /** Accepts no more jobs except from its members; accepted jobs continue. */
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
   * Accepts no more members and cancels those it has; returns the jobs affected, including those of
   * scopes below.
   */
  public List<JobCell<?>> close() {
    List<JobCell<?>> changed = new ArrayList<>();
    Aftermath after = Aftermath.enter();
    try {
      Deque<ScopeCore> closed = closeTree(changed);
      // The closing thread chose to run whatever waits for the cancellation.
      after.tell(() -> closed.forEach(ScopeCore::tellClosed));
    } finally {
      after.exit();
    }
    return changed;
  }

  /** A job of a fail-fast scope has failed and closed its gate: cancels the other members. */
  void cancelMembers() {
    Deque<ScopeCore> closed = closeTree(new ArrayList<>());
    closed.add(this);
    engine.side.stop(() -> closed.forEach(ScopeCore::tellClosed));
  }

  /**
   * Cancels everything in this scope and below it. Returns the scopes that were open, innermost
   * first: each is to learn that it was closed, rather than ended by its parent.
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
    } catch (Throwable e) { // the other scopes must be notified, too
      Log.warn("scope '" + name + "': what its close runs threw", e);
    }
  }

  /** Whether this scope was cancelled, for any reason. */
  public boolean isCancelled() {
    return gate.isCancelled();
  }

  /**
   * Whether this scope or an ancestor was cancelled: its jobs are cancelled, or about to be. A job
   * that has not begun must not begin while others release their permits or threads.
   */
  boolean isWithinCancelled() {
    for (ScopeCore scope = this; scope != null; scope = scope.parent) {
      if (scope.gate.isCancelled()) {
        return true;
      }
    }
    return false;
  }

  /** The failure of the job that closed this fail-fast scope, or null. */
  public @Nullable Throwable firstFailure() {
    JobCell<?> job = firstFailed;
    return job == null ? null : job.failure();
  }

  /** Is closed when the scope accepts no more members and the last one has ended. */
  public Completions termination() {
    return gate;
  }
}
