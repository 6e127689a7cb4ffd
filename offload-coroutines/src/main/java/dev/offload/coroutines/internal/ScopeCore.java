package dev.offload.coroutines.internal;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.OffloadStats;
import dev.offload.OffloadTimeoutException;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.ScopeSnapshot;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.Gate.Step;
import dev.offload.coroutines.internal.Placement.How;
import dev.offload.coroutines.internal.Registry.Conflict;
import dev.offload.coroutines.internal.Registry.Placed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A scope without its faces: what a submission does, and what the end of a job and of the scope do.
 *
 * <p>A submission goes: count it in at the {@link Gate}, take permits or a place in the queue,
 * place it in the {@link Registry}, look at the gate again, start it. Cancelling the scope goes:
 * move the gate, then walk the registry. Either the walk meets the job, or the second look meets
 * the moved gate; so a job that was accepted is cancelled with its scope, and none slips through.
 * Opening a scope under this one goes the same way.
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
  private final long openedNanos;

  /** The limits that concern all jobs of this scope: its own and those of the scopes above. */
  private final List<PermitPool> pools;

  /** The outermost scope with the same limits: all of these have their queues there. */
  private final ScopeCore limited;

  private final Registry registry;
  private final Gate gate = new Gate();
  private final ConcurrentHashMap<KindEntry, Account> accounts;
  private final OwnLeases leases = new OwnLeases();
  private final UnseenFailures unseen;
  private volatile @Nullable JobCell<?> firstFailed;

  /**
   * The open scopes under this one; guards itself, and that an ended one is counted in the accounts
   * of this one exactly when it is not here.
   */
  private final ScopeList children = new ScopeList();

  /** The links of this scope in the list of the one above, which guards them. */
  @Nullable ScopeCore older;

  @Nullable ScopeCore newer;

  /** Whether its end is settled; set before its counts are taken over. */
  private volatile boolean isOver;

  /** Its part in waits of bodies; null if it never had any. Written under their lock. */
  private volatile @Nullable WaitNode node;

  /** Its time limit; null if it has none. Written once, before the scope is handed out. */
  private volatile @Nullable Deadline deadline;

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
    this.accounts = new ConcurrentHashMap<>(parent == null ? 16 : 1);
    List<PermitPool> above = parent == null ? List.of() : parent.pools;
    this.pools = limit == null ? above : with(above, new PermitPool("scope '" + name + "'", limit));
    this.limited = limit == null && parent != null ? parent.limited : this;
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

  private ScopeCore root() {
    return engine.root();
  }

  /** What is thrown at those who come too late. */
  public ScopeClosedException closed() {
    OffloadTimeoutException timeout = timeout();
    return timeout == null ? new ScopeClosedException(name) : new ScopeClosedException(timeout);
  }

  /** What cancelled this scope, if that was its time limit; null if it was not. */
  public @Nullable OffloadTimeoutException timeout() {
    Deadline own = deadline;
    return own == null ? null : own.passed();
  }

  /**
   * Cancels this scope when it has not ended by then. To be called once, before it is handed out.
   *
   * @param timer what tells the time; null for the manager's
   */
  public void limitTime(Duration limit, @Nullable OffloadTimer timer) {
    Deadline own = new Deadline(this, limit);
    deadline = own;
    own.arm(timer);
  }

  /** Its time is over: as {@link #close}, on a thread that has to go on. */
  void timeOut() {
    Deque<ScopeCore> closed = closeTree(new ArrayList<>());
    engine.side.stop(() -> closed.forEach(ScopeCore::tellClosed));
  }

  private void isNotTimedOut() {
    Deadline own = deadline;
    if (own != null) {
      own.isOver();
    }
  }

  // While a manager shuts down, it takes members only from those who belong to it already: code
  // that
  // uses a scope which is open, and code in a body.

  private boolean enter(long member, boolean viaScope) {
    return gate.enter(member, false) || ((viaScope || isInBody()) && gate.enter(member, true));
  }

  private boolean takes(boolean viaScope) {
    return gate.takes(false) || ((viaScope || isInBody()) && gate.takes(true));
  }

  private boolean isInBody() {
    JobCell<?> current = CurrentJob.get();
    return current != null && current.scope().engine == engine && !current.isDecided();
  }

  // Submitting.

  /**
   * Submits a job that this scope owns: only its holders' explicit cancel, or the scope, ends it
   * early.
   */
  public <T extends @Nullable Object> Placement<T> submit(
      OffloadKey<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    refuseTask(key);
    Account account = account(key);
    ConflictPolicy policy = account.kind.conflictFor(key, conflict);
    return place(key, account, policy, timeout, body, CancelReason.CANCELLED, false, false, true);
  }

  /**
   * As {@link #submit}, refused if the key is in flight, for a job whose failure is remembered and
   * so not reported as unseen.
   */
  <T extends @Nullable Object> Placement<T> submitRemembered(
      OffloadKey<T> key, @Nullable TimeoutPolicy timeout, JobBody<T> body) {
    return place(
        key,
        account(key),
        ConflictPolicy.REJECT,
        timeout,
        body,
        CancelReason.CANCELLED,
        true,
        false,
        true);
  }

  /**
   * As {@link #submitRemembered}, in two steps: this takes a place in the queues, and answers null
   * if there is none. The job has to be {@linkplain #submitReserved submitted} or {@linkplain
   * #giveBack given up} at once.
   */
  <T extends @Nullable Object> @Nullable JobCell<T> reserve(
      OffloadKey<T> key, @Nullable TimeoutPolicy timeout, JobBody<T> body) {
    Account account = account(key);
    TimeoutPolicy limits = account.kind.timeoutFor(timeout);
    JobCell<T> job = new JobCell<>(key, this, account, body, limits, CancelReason.CANCELLED, true);
    return job.reserve(true, false) ? job : null;
  }

  /** Submits a job with the place it has. */
  <T extends @Nullable Object> Placement<T> submitReserved(JobCell<T> job) {
    Placement<T> placement = place(job, ConflictPolicy.REJECT, false, true);
    if (placement.job() == null) {
      giveBack(job);
    }
    return placement;
  }

  /** Gives back the place of a job that is not submitted. */
  static void giveBack(JobCell<?> job) {
    Admission.Step letGo = Admission.ended(job);
    if (letGo != null) {
      letGo.run();
    }
  }

  /** Takes a further lease on the job of a task; false if its outcome is decided. */
  boolean join(JobCell<?> job) {
    if (!job.tryJoin()) {
      return false;
    }
    JobCell<?> unused = joined(job);
    return true;
  }

  /** Makes a place of its own for the jobs of a recorder. */
  Section section() {
    return registry.section();
  }

  /**
   * As {@link #submit}, but a full queue is only a reason to {@link #awaitRoom}: it is neither
   * counted nor told.
   */
  public <T extends @Nullable Object> Placement<T> submitIfRoom(
      OffloadKey<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    refuseTask(key);
    Account account = account(key);
    ConflictPolicy policy = account.kind.conflictFor(key, conflict);
    return place(key, account, policy, timeout, body, CancelReason.CANCELLED, false, false, false);
  }

  /**
   * Submits a job of the manager that lives as long as someone holds a lease on it, or joins the
   * one in flight.
   *
   * @param conflict JOIN or NEXT; null for JOIN
   * @param observed whether the caller is going to ask for the outcome in any case
   */
  public <T extends @Nullable Object> Placement<T> share(
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body,
      boolean observed) {
    return share(key, conflict, timeout, body, observed, true);
  }

  /**
   * As {@link #share}, but a full queue is only a reason to {@link #awaitRoom}, in the scope that
   * says so: it is neither counted nor told.
   */
  public <T extends @Nullable Object> Placement<T> shareIfRoom(
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    return share(key, conflict, timeout, body, false, false);
  }

  private <T extends @Nullable Object> Placement<T> share(
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body,
      boolean observed,
      boolean tellFull) {
    refuseTask(key);
    ConflictPolicy policy = requireSharing(conflict);
    Account account = root().account(key);
    if (parent != null && !takes(false)) {
      return rejected(account, How.SCOPE_CLOSED, RejectReason.SCOPE_CLOSED);
    }
    CancelReason abandoned = account.kind.whenAbandoned();
    boolean viaScope = parent != null;
    return root()
        .place(key, account, policy, timeout, body, abandoned, observed, viaScope, tellFull);
  }

  private static ConflictPolicy requireSharing(@Nullable ConflictPolicy conflict) {
    ConflictPolicy policy = conflict == null ? ConflictPolicy.JOIN : conflict;
    if (policy != ConflictPolicy.JOIN && policy != ConflictPolicy.NEXT) {
      throw new IllegalArgumentException(
          "conflict must be JOIN or NEXT where work is shared, but is "
              + policy
              + ": to reject or replace a job, own it with submit");
    }
    return policy;
  }

  /**
   * Joins the job of the manager in flight; null if there is none that can be joined. Cheaper than
   * {@link #share}.
   */
  public <T extends @Nullable Object> @Nullable JobCell<T> tryJoin(OffloadKey.Keyed<T> key) {
    ScopeCore root = root();
    JobCell<?> live = root.registry.liveJob(key);
    if (live == null || !gate.isOpen() || !root.gate.isOpen() || !live.tryJoin()) {
      return null;
    }
    return root.joined(live);
  }

  /**
   * Keeps a lease on a shared job until the end of this scope. If that came between, the lease is
   * dropped as if it had come later: the submission was accepted, and nobody is told otherwise.
   */
  public void keep(ScopedLease lease) {
    if (parent != null && !leases.add(lease)) {
      lease.endOfScope();
    }
  }

  /**
   * Submits a job of the manager that nobody holds, under a fresh key of a kind that stands for
   * {@code label}.
   */
  public OffloadKey.Auto<?> spawn(String label, JobBody<@Nullable Object> body) {
    Account account = root().account(engine.kinds.ofLabel(label));
    @SuppressWarnings("unchecked") // the value of such a job is never handed out
    OffloadKey.Auto<@Nullable Object> key =
        (OffloadKey.Auto<@Nullable Object>) account.kind.kind.auto();
    boolean viaScope = parent != null;
    Placement<@Nullable Object> placement =
        viaScope && !takes(false)
            ? rejected(account, How.SCOPE_CLOSED, RejectReason.SCOPE_CLOSED)
            : root()
                .place(
                    key, account, ConflictPolicy.REJECT, null, body, null, false, viaScope, true);
    placement.jobOrThrow(key);
    return key;
  }

  private <T extends @Nullable Object> Placement<T> place(
      OffloadKey<T> key,
      Account account,
      ConflictPolicy policy,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body,
      @Nullable CancelReason onLastLease,
      boolean observed,
      boolean viaScope,
      boolean tellFull) {
    Placement<T> met = meet(key, account, policy, viaScope);
    if (met != null) {
      return met;
    }
    TimeoutPolicy limits = account.kind.timeoutFor(timeout);
    Duration linger = onLastLease == CancelReason.ABANDONED ? account.kind.linger() : null;
    JobCell<T> newcomer =
        linger == null
            ? new JobCell<>(key, this, account, body, limits, onLastLease, observed)
            : new LingeringJob<>(key, this, account, body, limits, observed, linger);
    return place(newcomer, policy, viaScope, tellFull);
  }

  private <T extends @Nullable Object> Placement<T> place(
      JobCell<T> newcomer, ConflictPolicy policy, boolean viaScope, boolean tellFull) {
    if (!enter(Gate.JOB, viaScope)) {
      return rejected(newcomer.account(), How.SCOPE_CLOSED, RejectReason.SCOPE_CLOSED);
    }
    @Nullable Conflict conflict = null;
    try {
      if (newcomer.ticket() != null || !registry.placeIfFree(newcomer)) {
        do {
          conflict = registry.place(newcomer, policy);
        } while (conflict.placed == Placed.FULL && isSettled(conflict.ending));
      }
    } catch (Throwable e) { // the id threw when it was compared
      giveBack(newcomer);
      leave(Gate.JOB);
      throw e;
    }
    try {
      return conflict == null ? started(newcomer) : settle(newcomer, conflict, tellFull);
    } catch (Throwable e) { // of the JVM, no stack say: it was accepted, and must not stick
      engine.rescue(() -> newcomer.refuse(e));
      throw e;
    }
  }

  /** Waits for the end of a job that is near; false if there is none, or it is for this thread. */
  private static boolean isSettled(@Nullable JobCell<?> ending) {
    if (ending == null) {
      return false;
    }
    ending.awaitTold();
    return ending.isTold();
  }

  /** The job of a task is run, and joined, by nobody but its recorder, who gives it its type. */
  private static void refuseTask(OffloadKey<?> key) {
    if (TaskId.of(key) != null) {
      throw new IllegalArgumentException(
          "the key belongs to a task of a recorder (kind "
              + key.kind().name()
              + "): launch the task there, or make a key of your own");
    }
  }

  /** Joins or gives way to the live job under the key, if there is one and the policy says so. */
  private <T extends @Nullable Object> @Nullable Placement<T> meet(
      OffloadKey<T> key, Account account, ConflictPolicy policy, boolean viaScope) {
    if (policy == ConflictPolicy.REPLACE || policy == ConflictPolicy.ALLOW) {
      return null;
    }
    JobCell<?> live = registry.live(key);
    if (live == null || !takes(viaScope)) {
      return null;
    }
    if (policy == ConflictPolicy.REJECT) {
      return rejected(account, How.KEY_IN_FLIGHT, RejectReason.KEY_IN_FLIGHT);
    }
    boolean joins = policy == ConflictPolicy.NEXT ? live.tryJoinUnbegun() : live.tryJoin();
    return joins ? new Placement<>(How.JOINED, joined(live), this) : null;
  }

  private <T extends @Nullable Object> Placement<T> settle(
      JobCell<T> newcomer, Conflict conflict, boolean tellFull) {
    return switch (conflict.placed) {
      case STARTED -> started(newcomer);
      case WAITS, REPLACES -> {
        placed(newcomer);
        conflict.cancelled.forEach(Runnable::run);
        newcomer.limitStart();
        newcomer.guardWait();
        cancelIfScopeIs(newcomer);
        How how = conflict.placed == Placed.WAITS ? How.STARTED : How.REPLACED;
        yield new Placement<>(how, newcomer, this);
      }
      case JOINED -> {
        leave(Gate.JOB);
        JobCell<T> live = joined(Objects.requireNonNull(conflict.joined));
        yield new Placement<>(How.JOINED, live, this);
      }
      case IN_FLIGHT -> {
        leave(Gate.JOB);
        yield rejected(newcomer.account(), How.KEY_IN_FLIGHT, RejectReason.KEY_IN_FLIGHT);
      }
      case FULL -> {
        leave(Gate.JOB);
        if (tellFull) {
          tellRejected(newcomer.account(), RejectReason.QUEUE_FULL);
        }
        PermitPool full = Objects.requireNonNull(newcomer.ticket()).refusedBy;
        String limit = Objects.requireNonNull(full).owner;
        yield new Placement<>(How.QUEUE_FULL, null, this, limit);
      }
    };
  }

  private <T extends @Nullable Object> Placement<T> started(JobCell<T> newcomer) {
    placed(newcomer);
    newcomer.limitStart();
    if (!cancelIfScopeIs(newcomer)) {
      newcomer.admit();
    }
    return new Placement<>(How.STARTED, newcomer, this);
  }

  private void leave(long member) {
    gate.hold();
    if (gate.leave(member)) {
      settleEnd();
    }
    tellEndIfDue();
  }

  private void placed(JobCell<?> job) {
    job.tellPlaced();
    if (engine.listener.isOn()) {
      JobSnapshot accepted = job.snapshot();
      engine.listener.post(() -> engine.listener.accepted(accepted));
    }
  }

  private boolean cancelIfScopeIs(JobCell<?> job) {
    return gate.isCancelled() && job.cancel(CancelReason.SCOPE_CLOSED);
  }

  @SuppressWarnings("unchecked") // keys are equal only if made from the same kind, which fixes T
  private <T extends @Nullable Object> JobCell<T> joined(JobCell<?> job) {
    JobCell<T> taken = (JobCell<T>) job;
    if (engine.listener.isOn()) {
      JobSnapshot joined = taken.snapshot();
      engine.listener.post(() -> engine.listener.joined(joined));
    }
    return taken;
  }

  private <T extends @Nullable Object> Placement<T> rejected(
      Account account, How how, RejectReason reason) {
    tellRejected(account, reason);
    return new Placement<>(how, null, this);
  }

  private void tellRejected(Account account, RejectReason reason) {
    countRejected(account);
    if (engine.listener.isOn()) {
      engine.listener.post(() -> engine.listener.rejected(account.kind.kind.name(), reason));
    }
  }

  /** Counts a refusal of this scope, and with it of those above that took over its counts. */
  private void countRejected(Account account) {
    ScopeCore scope = this;
    Account counted = account;
    while (counted.countRejected() && scope.parent != null) {
      scope = scope.parent;
      counted = scope.account(account.kind);
    }
  }

  private Account account(OffloadKey<?> key) {
    return account(engine.kinds.of(key.kind()));
  }

  private Account account(KindEntry kind) {
    Account account = accounts.get(kind);
    return account != null ? account : newAccount(kind);
  }

  private Account newAccount(KindEntry kind) {
    Account account = accounts.computeIfAbsent(kind, absent -> new Account(absent, lane(absent)));
    if (isOver && parent != null) { // of a refusal: the one above looked for accounts before
      parent.account(kind).addRejected(account);
    }
    return account;
  }

  /** The queue of a kind here; null if nothing limits it. */
  private @Nullable Lane lane(KindEntry kind) {
    if (limited != this) {
      return limited.account(kind).lane;
    }
    List<PermitPool> all = kind.pool == null ? pools : with(pools, kind.pool);
    return all.isEmpty() ? null : new Lane(all);
  }

  private static List<PermitPool> with(List<PermitPool> pools, PermitPool one) {
    List<PermitPool> all = new ArrayList<>(pools);
    all.add(one);
    return List.copyOf(all);
  }

  // Waiting for room.

  /**
   * Whether the calling body holds a permit that others of its kind of work wait for: it must not
   * wait for room, which might need its own end.
   */
  public boolean isHeldUpBy(@Nullable JobCell<?> body, OffloadKey<?> key) {
    Lane lane = account(key).lane;
    Ticket ticket = body == null ? null : body.ticket();
    return lane != null
        && ticket != null
        && ticket.lane.pools.stream().anyMatch(lane.pools::contains);
  }

  /**
   * Lets {@code waiter} wait until a submission under the key would not meet a full queue; false if
   * it may try now. Either way it has to {@link #leaveRoom} in the end.
   *
   * @param again whether it has tried before
   */
  public boolean awaitRoom(OffloadKey<?> key, RoomWaiter waiter, boolean again) {
    Lane lane = account(key).lane;
    return lane != null && Admission.awaitRoom(lane, waiter, again);
  }

  /** The waiter has submitted or gives up. */
  public void leaveRoom(OffloadKey<?> key, RoomWaiter waiter) {
    Lane lane = account(key).lane;
    if (lane != null) {
      Admission.leaveRoom(lane, waiter).run();
    }
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
    job.account().countEnded(end, job.joined());
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
    if (isOver) {
      return; // what came after it failed, and is taken up again
    }
    isOver = true;
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
      child.accounts.forEach((kind, done) -> account(kind).addAll(done));
    }
  }

  // Scopes under this one.

  /**
   * Opens a scope under this one.
   *
   * @throws ScopeClosedException if this one takes no more members
   */
  public ScopeCore open(String childName, boolean failsFast, @Nullable ConcurrencyLimit limit) {
    if (!enter(Gate.SCOPE, false)) {
      throw closed();
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
  private void forEachScope(Consumer<ScopeCore> visit) {
    Deque<ScopeCore> left = new ArrayDeque<>();
    for (ScopeCore scope = this; scope != null; scope = left.pollFirst()) {
      visit.accept(scope);
      synchronized (scope.children) {
        scope.children.fromNewest(left::addFirst);
      }
    }
  }

  // Looking.

  /** The job under the key in this scope, or else in the manager, or null. */
  public @Nullable JobSnapshot find(OffloadKey<?> key) {
    JobSnapshot own = findOwn(key);
    return own == null && parent != null ? root().findOwn(key) : own;
  }

  private @Nullable JobSnapshot findOwn(OffloadKey<?> key) {
    for (; ; ) {
      JobCell<?> job = registry.find(key);
      if (job == null) {
        return null;
      }
      JobSnapshot snapshot = job.snapshot();
      boolean live = snapshot.state() == JobState.QUEUED || snapshot.state() == JobState.RUNNING;
      if (live || (snapshot.state().isActive() && registry.find(key) == job)) {
        return snapshot;
      } // it was cancelled or ended between the two: another one may be there
    }
  }

  /** Whether any job under the key is active in this scope or in the manager. */
  public boolean isInFlight(OffloadKey<?> key) {
    return registry.find(key) != null || (parent != null && root().registry.find(key) != null);
  }

  /** The number of active jobs in this scope and under it. */
  public long activeCount() {
    long[] active = {0};
    forEachScope(scope -> active[0] += scope.gate.jobs());
    return active[0];
  }

  /** The jobs of this scope alone that are under one of the keys. */
  public List<JobCell<?>> jobs(Collection<? extends OffloadKey<?>> keys) {
    List<JobCell<?>> jobs = new ArrayList<>();
    for (OffloadKey<?> key : keys) {
      registry.forEach(key, jobs::add);
    }
    return jobs;
  }

  /** All jobs of this scope and under it whose callers may not all have been told of the end. */
  public List<JobCell<?>> jobs() {
    List<JobCell<?>> jobs = new ArrayList<>();
    forEachJob(jobs::add);
    return jobs;
  }

  private void forEachJob(Consumer<JobCell<?>> action) {
    forEachScope(scope -> scope.registry.forEach(action));
  }

  /** All active jobs of this scope and under it. */
  public List<JobSnapshot> activeJobs() {
    return active(jobs());
  }

  private static List<JobSnapshot> active(List<JobCell<?>> jobs) {
    List<JobSnapshot> active = new ArrayList<>(jobs.size());
    jobs.forEach(job -> active.add(job.snapshot()));
    active.removeIf(job -> !job.state().isActive());
    return active;
  }

  /** The open scopes under this one. */
  public List<ScopeSnapshot> openScopes() {
    return snapshot().children();
  }

  /** Jobs, counts, and the scopes under this one. */
  public ScopeSnapshot snapshot() {
    List<Seen> seen = new ArrayList<>();
    Deque<Seen> left = new ArrayDeque<>();
    for (Seen next = new Seen(this, null); next != null; next = left.pollFirst()) {
      seen.add(next);
      next.look(left);
    }
    // Those under a scope were seen after it, so backwards they are done before it.
    for (int i = seen.size() - 1; i > 0; i--) {
      seen.get(i).addToAbove();
    }
    return seen.get(0).snapshot();
  }

  /** A scope on the way into a snapshot: what was seen of it, and then of those under it. */
  private static final class Seen {
    private final ScopeCore scope;
    private final @Nullable Seen above;
    private final Map<String, OffloadStats> byKind = new TreeMap<>();
    private final Deque<ScopeSnapshot> under = new ArrayDeque<>(0);

    Seen(ScopeCore scope, @Nullable Seen above) {
      this.scope = scope;
      this.above = above;
    }

    /** Reads the counts, and hands over the open scopes under this one. */
    void look(Deque<Seen> left) {
      synchronized (scope.children) {
        scope.accounts.forEach((kind, account) -> add(byKind, kind, account.stats()));
        scope.children.fromNewest(child -> left.addFirst(new Seen(child, this)));
      }
      scope.registry.forEach(
          job -> {
            if (!job.hasEnded()) {
              add(byKind, job.account().kind, new OffloadStats(job.joined(), 0, 0, 0, 0, 1));
            }
          });
    }

    /** Hands the finished picture to the scope above; the last of several comes first. */
    void addToAbove() {
      Seen to = Objects.requireNonNull(above);
      to.under.addFirst(snapshot());
      byKind.forEach((kind, stats) -> to.byKind.merge(kind, stats, OffloadStats::plus));
    }

    ScopeSnapshot snapshot() {
      OffloadStats total = byKind.values().stream().reduce(OffloadStats.ZERO, OffloadStats::plus);
      List<JobSnapshot> jobs = active(scope.registry.all());
      return new ScopeSnapshot(
          scope.name,
          scope.engine.since(scope.openedNanos),
          jobs,
          List.copyOf(under),
          total,
          byKind);
    }
  }

  private static void add(Map<String, OffloadStats> byKind, KindEntry kind, OffloadStats stats) {
    byKind.merge(kind.kind.name(), stats, OffloadStats::plus);
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
    return isOver;
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
    return cancelAll(jobs());
  }

  /** As {@link #cancelAll()}, for the jobs of one kind. */
  public int cancelAll(OffloadKind<?, ? extends @Nullable Object> kind) {
    List<JobCell<?>> jobs = jobs();
    jobs.removeIf(job -> job.key().kind() != kind);
    return cancelAll(jobs);
  }

  /** Cancels these jobs; answers how many that changed. */
  static int cancelAll(List<JobCell<?>> jobs) {
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
  public Waiters termination() {
    return gate;
  }
}
