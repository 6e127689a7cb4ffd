package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadKey;
import dev.offload.RejectReason;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.job.Placement.How;
import dev.offload.coroutines.internal.job.Registry.Conflict;
import dev.offload.coroutines.internal.kinds.KindSettings;
import dev.offload.coroutines.internal.kinds.ScopeKind;
import dev.offload.coroutines.internal.limits.Lane;
import dev.offload.coroutines.internal.limits.PermitPool;
import dev.offload.coroutines.internal.limits.RoomWaiter;
import dev.offload.coroutines.internal.limits.Ticket;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Submissions to a scope: count the job in at the {@link Gate}, take permits or a place in the
 * queue, place it in the {@link Registry}, check the gate again, start it. {@link ScopeCore}
 * explains why no job is missed between a submission and the end of the scope.
 *
 * <p>Shared and spawned jobs belong to the manager: they are placed by the submissions of the root
 * scope, wherever they come {@code from}.
 */
public final class Submissions {
  private final ScopeCore scope;

  Submissions(ScopeCore scope) {
    this.scope = scope;
  }

  private Engine engine() {
    return scope.engine();
  }

  private Submissions ofManager() {
    return scope.root().submissions();
  }

  // The verbs.

  /**
   * Submits a job that this scope owns: only an explicit cancel by its holders, or the scope, ends
   * it early.
   */
  public <T extends @Nullable Object> Placement<T> submit(
      OffloadKey<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    return submit(Verb.SUBMIT, key, conflict, timeout, body);
  }

  /**
   * Like {@link #submit}, but a full queue is only a reason to {@link #awaitRoom}: it is neither
   * counted nor reported.
   */
  public <T extends @Nullable Object> Placement<T> submitIfRoom(
      OffloadKey<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    return submit(Verb.SUBMIT_WHEN_ROOM, key, conflict, timeout, body);
  }

  private <T extends @Nullable Object> Placement<T> submit(
      Verb verb,
      OffloadKey<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    refuseTask(key);
    ScopeKind kind = kindOf(key);
    ConflictPolicy policy = kind.settings.conflictFor(key, conflict);
    return place(verb, scope, key, kind, policy, timeout, body);
  }

  /**
   * Like {@link #submit}, but rejected if the key is in flight, for a job whose failure is
   * remembered and so not reported as unobserved.
   */
  public <T extends @Nullable Object> Placement<T> launch(
      OffloadKey<T> key, @Nullable TimeoutPolicy timeout, JobBody<T> body) {
    return place(Verb.LAUNCH, scope, key, kindOf(key), ConflictPolicy.REJECT, timeout, body);
  }

  /**
   * Like {@link #launch}, in two steps: this one takes a place in the queues; null if there is
   * none. The job must be {@linkplain #launchReserved launched} or {@linkplain #giveBack given up}
   * at once.
   */
  public <T extends @Nullable Object> @Nullable JobCell<T> reserve(
      OffloadKey<T> key, @Nullable TimeoutPolicy timeout, JobBody<T> body) {
    JobCell<T> job = newJob(Verb.LAUNCH, key, kindOf(key), timeout, body);
    return job.reserve(/* succeeds= */ true, /* beyond= */ false) ? job : null;
  }

  /** Launches a job with its reserved place. */
  public <T extends @Nullable Object> Placement<T> launchReserved(JobCell<T> job) {
    Placement<T> placement = place(Verb.LAUNCH, scope, job, ConflictPolicy.REJECT);
    if (placement.job() == null) {
      giveBack(job);
    }
    return placement;
  }

  /** Releases the place of a job that is not launched. */
  public static void giveBack(JobCell<?> job) {
    AdmissionStep letGo = Admission.ended(job);
    if (letGo != null) {
      letGo.run();
    }
  }

  /** Takes another lease on the job of a task; false if its outcome is decided. */
  public boolean join(JobCell<?> job) {
    if (!job.tryJoin()) {
      return false;
    }
    JobCell<?> unused = reportJoined(job);
    return true;
  }

  /**
   * Submits a job of the manager that lives as long as there is a lease on it, or joins the one in
   * flight.
   *
   * @param conflict JOIN or NEXT; null for JOIN
   */
  public <T extends @Nullable Object> Placement<T> share(
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    return share(Verb.SHARE, key, conflict, timeout, body);
  }

  /**
   * Like {@link #share}, but a full queue is only a reason to {@link #awaitRoom}, in the scope
   * named in the result: it is neither counted nor reported.
   */
  public <T extends @Nullable Object> Placement<T> shareIfRoom(
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    return share(Verb.SHARE_WHEN_ROOM, key, conflict, timeout, body);
  }

  /** Like {@link #share}, for a caller that always requests the outcome. */
  public <T extends @Nullable Object> Placement<T> call(
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    return share(Verb.CALL, key, conflict, timeout, body);
  }

  private <T extends @Nullable Object> Placement<T> share(
      Verb verb,
      OffloadKey.Keyed<T> key,
      @Nullable ConflictPolicy conflict,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    refuseTask(key);
    ConflictPolicy policy = requireSharing(conflict);
    Submissions manager = ofManager();
    ScopeKind kind = manager.kindOf(key);
    return isClosedBelowManager()
        ? reject(kind, How.SCOPE_CLOSED)
        : manager.place(verb, scope, key, kind, policy, timeout, body);
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

  /** Joins the manager's job in flight; null if none can be joined. Cheaper than {@link #share}. */
  public <T extends @Nullable Object> @Nullable JobCell<T> tryJoin(OffloadKey.Keyed<T> key) {
    ScopeCore root = scope.root();
    JobCell<?> live = root.registry.liveJob(key);
    if (live == null || !scope.gate.isOpen() || !root.gate.isOpen() || !live.tryJoin()) {
      return null;
    }
    return ofManager().reportJoined(live);
  }

  /**
   * Keeps a lease on a shared job until the end of this scope. If the scope has ended meanwhile,
   * the lease is dropped as if it had ended later: the submission was accepted, and remains so.
   */
  public void keep(ScopedLease lease) {
    if (scope.parent() != null && !scope.leases.add(lease)) {
      lease.endOfScope();
    }
  }

  /**
   * Submits a job of the manager without a handle, under a fresh key of a kind that stands for
   * {@code label}.
   */
  public OffloadKey.Auto<?> spawn(String label, JobBody<@Nullable Object> body) {
    Submissions manager = ofManager();
    ScopeKind kind = manager.scope.kinds.of(engine().kinds.ofLabel(label));
    @SuppressWarnings("unchecked") // the value of such a job is never handed out
    OffloadKey.Auto<@Nullable Object> key =
        (OffloadKey.Auto<@Nullable Object>) kind.settings.kind.auto();
    Placement<@Nullable Object> placement =
        isClosedBelowManager()
            ? reject(kind, How.SCOPE_CLOSED)
            : manager.place(Verb.SPAWN, scope, key, kind, ConflictPolicy.REJECT, null, body);
    placement.jobOrThrow(key);
    return key;
  }

  /** Whether this scope rejects work for the manager; the manager's own scope is checked later. */
  private boolean isClosedBelowManager() {
    return scope.parent() != null && !scope.takesFrom(scope);
  }

  /** Only its recorder, which gives it its type, may run or join the job of a task. */
  private static void refuseTask(OffloadKey<?> key) {
    if (TaskId.of(key) != null) {
      throw new IllegalArgumentException(
          "the key belongs to a task of a recorder (kind "
              + key.kind().name()
              + "): launch the task there, or make a key of your own");
    }
  }

  private ScopeKind kindOf(OffloadKey<?> key) {
    KindSettings settings = engine().kinds.of(key.kind());
    return scope.kinds.of(settings);
  }

  // Placing.

  private <T extends @Nullable Object> Placement<T> place(
      Verb verb,
      ScopeCore from,
      OffloadKey<T> key,
      ScopeKind kind,
      ConflictPolicy policy,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    Placement<T> met = meet(from, key, kind, policy);
    return met != null ? met : place(verb, from, newJob(verb, key, kind, timeout, body), policy);
  }

  private <T extends @Nullable Object> JobCell<T> newJob(
      Verb verb,
      OffloadKey<T> key,
      ScopeKind kind,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body) {
    KindSettings settings = kind.settings;
    TimeoutPolicy limits = settings.timeoutFor(timeout);
    CancelReason onLastLease = verb.onLastLease(settings);
    boolean observed = verb.isObserved();
    Duration linger = onLastLease == CancelReason.ABANDONED ? settings.linger() : null;
    return linger == null
        ? new JobCell<>(key, scope, kind, body, limits, onLastLease, observed)
        : new LingeringJob<>(key, scope, kind, body, limits, observed, linger);
  }

  /** Joins or yields to the live job under the key, if there is one and the policy says so. */
  private <T extends @Nullable Object> @Nullable Placement<T> meet(
      ScopeCore from, OffloadKey<T> key, ScopeKind kind, ConflictPolicy policy) {
    if (policy == ConflictPolicy.REPLACE || policy == ConflictPolicy.ALLOW) {
      return null;
    }
    JobCell<?> live = scope.registry.live(key);
    if (live == null || !scope.takesFrom(from)) {
      return null;
    }
    if (policy == ConflictPolicy.REJECT) {
      return reject(kind, How.KEY_IN_FLIGHT);
    }
    boolean joins = policy == ConflictPolicy.NEXT ? live.tryJoinUnbegun() : live.tryJoin();
    return joins ? new Placement<>(How.JOINED, reportJoined(live), scope) : null;
  }

  private <T extends @Nullable Object> Placement<T> place(
      Verb verb, ScopeCore from, JobCell<T> newcomer, ConflictPolicy policy) {
    if (!scope.enter(Gate.JOB, from)) {
      return reject(newcomer.kind(), How.SCOPE_CLOSED);
    }
    @Nullable Conflict conflict = null;
    try {
      if (newcomer.ticket() != null || !scope.registry.placeIfFree(newcomer)) {
        do {
          conflict = scope.registry.place(newcomer, policy);
        } while (conflict.how == How.QUEUE_FULL && isSettled(conflict.ending));
      }
    } catch (Throwable e) { // the id threw in a comparison
      giveBack(newcomer);
      scope.leave(Gate.JOB);
      throw e;
    }
    try {
      return conflict == null ? start(newcomer) : settle(verb, newcomer, conflict);
    } catch (Throwable e) { // from the JVM, e.g. no stack: it was accepted, must not hang
      engine().rescue(() -> newcomer.refuse(e));
      throw e;
    }
  }

  /**
   * Waits for the imminent end of a job; false if there is none, or this thread has to complete it.
   */
  private static boolean isSettled(@Nullable JobCell<?> ending) {
    if (ending == null) {
      return false;
    }
    ending.awaitTold();
    return ending.isTold();
  }

  private <T extends @Nullable Object> Placement<T> settle(
      Verb verb, JobCell<T> newcomer, Conflict conflict) {
    return switch (conflict.how) {
      case STARTED, REPLACED -> conflict.waits ? leaveWaiting(newcomer, conflict) : start(newcomer);
      case JOINED -> {
        scope.leave(Gate.JOB);
        JobCell<T> live = reportJoined(Objects.requireNonNull(conflict.joined));
        yield new Placement<>(How.JOINED, live, scope);
      }
      case KEY_IN_FLIGHT -> {
        scope.leave(Gate.JOB);
        yield reject(newcomer.kind(), How.KEY_IN_FLIGHT);
      }
      case QUEUE_FULL -> {
        scope.leave(Gate.JOB);
        if (verb.isRefusedByFullQueue()) {
          countAndReport(newcomer.kind(), RejectReason.QUEUE_FULL);
        }
        PermitPool full = Objects.requireNonNull(newcomer.ticket()).refusedBy;
        String limit = Objects.requireNonNull(full).owner;
        yield new Placement<>(How.QUEUE_FULL, null, scope, limit);
      }
      case SCOPE_CLOSED -> throw new AssertionError("a registry knows of no scope");
    };
  }

  private <T extends @Nullable Object> Placement<T> start(JobCell<T> newcomer) {
    reportAccepted(newcomer);
    newcomer.limitStart();
    if (!cancelIfScopeIs(newcomer)) {
      newcomer.admit();
    }
    return new Placement<>(How.STARTED, newcomer, scope);
  }

  private <T extends @Nullable Object> Placement<T> leaveWaiting(
      JobCell<T> newcomer, Conflict conflict) {
    reportAccepted(newcomer);
    conflict.cancelled.forEach(Runnable::run);
    newcomer.limitStart();
    JobGuard.guardWait(newcomer);
    cancelIfScopeIs(newcomer);
    return new Placement<>(conflict.how, newcomer, scope);
  }

  @SuppressWarnings("UnusedReturnValue") // nothing else follows if it is left waiting
  private boolean cancelIfScopeIs(JobCell<?> job) {
    return scope.gate.isCancelled() && job.cancel(CancelReason.SCOPE_CLOSED);
  }

  // Reports.

  private void reportAccepted(JobCell<?> job) {
    job.tellPlaced();
    if (engine().listener.isOn()) {
      JobSnapshot accepted = job.snapshot();
      engine().listener.post(() -> engine().listener.accepted(accepted));
    }
  }

  @SuppressWarnings("unchecked") // equal keys are of the same kind, which determines T
  private <T extends @Nullable Object> JobCell<T> reportJoined(JobCell<?> job) {
    JobCell<T> taken = (JobCell<T>) job;
    if (engine().listener.isOn()) {
      JobSnapshot joined = taken.snapshot();
      engine().listener.post(() -> engine().listener.joined(joined));
    }
    return taken;
  }

  private <T extends @Nullable Object> Placement<T> reject(ScopeKind kind, How how) {
    countAndReport(kind, Objects.requireNonNull(how.reason()));
    return new Placement<>(how, null, scope);
  }

  private void countAndReport(ScopeKind kind, RejectReason reason) {
    scope.kinds.countRejected(kind);
    if (engine().listener.isOn()) {
      String name = kind.settings.kind.name();
      engine().listener.post(() -> engine().listener.rejected(name, reason));
    }
  }

  // Waiting for room.

  /**
   * Whether the calling body holds a permit that other work of this kind waits for: it must not
   * wait for room, which might depend on its own end.
   */
  public boolean isHeldUpBy(@Nullable JobCell<?> body, OffloadKey<?> key) {
    Lane lane = kindOf(key).lane;
    Ticket ticket = body == null ? null : body.ticket();
    return lane != null
        && ticket != null
        && ticket.lane.pools.stream().anyMatch(lane.pools::contains);
  }

  /**
   * Makes {@code waiter} wait until a submission under the key would not meet a full queue; false
   * if it may try now. In either case it must {@link #leaveRoom} in the end.
   *
   * @param again whether it has tried before
   */
  public boolean awaitRoom(OffloadKey<?> key, RoomWaiter waiter, boolean again) {
    Lane lane = kindOf(key).lane;
    return lane != null && Admission.awaitRoom(lane, waiter, again);
  }

  /** Called when the waiter has submitted or gives up. */
  public void leaveRoom(OffloadKey<?> key, RoomWaiter waiter) {
    Lane lane = kindOf(key).lane;
    if (lane != null) {
      Admission.leaveRoom(lane, waiter).run();
    }
  }
}
