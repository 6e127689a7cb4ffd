package dev.offload.coroutines.internal;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.RejectReason;
import dev.offload.ScopeSnapshot;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.Placement.How;
import dev.offload.coroutines.internal.Registry.Conflict;
import dev.offload.coroutines.internal.Registry.Placed;
import dev.offload.spi.OffloadListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A scope without its faces: what a submission does, and what the end of a job and of the scope do.
 *
 * <p>A submission goes: count it in at the {@link Gate}, place it in the {@link Registry}, look at
 * the gate again, start it. Cancelling the scope goes: move the gate, then walk the registry.
 * Either the walk meets the job, or the second look meets the moved gate; so a job that was
 * accepted is cancelled with its scope, and none slips through.
 */
public final class ScopeCore {
  private final String name;
  private final OffloadConfig config;
  private final SafeListener listener;
  private final OffloadTimer timer;
  private final LongSupplier ticker;
  private final Kinds kinds;
  private final Registry registry = new Registry();
  private final Gate gate = new Gate();

  /**
   * Makes an open scope.
   *
   * @param timer runs time limits
   * @param ticker tells nanoseconds, for ages and durations in reports
   */
  public ScopeCore(
      String name,
      OffloadConfig config,
      @Nullable OffloadListener listener,
      OffloadTimer timer,
      LongSupplier ticker) {
    this.name = name;
    this.config = config;
    this.listener = new SafeListener(listener);
    this.timer = timer;
    this.ticker = ticker;
    this.kinds = new Kinds(config);
  }

  /** The name, as given. */
  public String name() {
    return name;
  }

  OffloadConfig config() {
    return config;
  }

  SafeListener listener() {
    return listener;
  }

  /** The user's time, for reports; the JVM's if that one throws. */
  long nanoTime() {
    try {
      return ticker.getAsLong();
    } catch (Throwable e) { // no job may depend on it
      return System.nanoTime();
    }
  }

  /** The key as text, as far as the settings allow and the id can be shown at all. */
  public String label(OffloadKey<?> key) {
    try {
      return key.describe(config.showIds());
    } catch (Throwable e) { // the id's toString is not ours: no job may depend on it
      return key.describe(false);
    }
  }

  /** Runs {@code task} later, if the timer can; a job must not get stuck because it cannot. */
  OffloadTimer.Task schedule(Duration delay, Runnable task) {
    try {
      return timer.schedule(delay, task);
    } catch (Throwable e) { // no thread to be had, say
      SafeListener.LOG.log(
          System.Logger.Level.WARNING, "a time limit or report of scope '" + name + "' is lost", e);
      return () -> {};
    }
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
    KindEntry kind = kinds.of(key.kind());
    return place(
        key, kind, kind.conflictFor(key, conflict), timeout, body, CancelReason.CANCELLED, false);
  }

  /**
   * Submits a job that lives as long as someone holds a lease on it, or joins the one in flight.
   *
   * @param observed whether the caller is going to ask for the outcome in any case
   */
  public <T extends @Nullable Object> Placement<T> share(
      OffloadKey.Keyed<T> key, @Nullable TimeoutPolicy timeout, JobBody<T> body, boolean observed) {
    KindEntry kind = kinds.of(key.kind());
    return place(key, kind, ConflictPolicy.JOIN, timeout, body, kind.whenAbandoned(), observed);
  }

  /**
   * Joins the job in flight; null if there is none that can be joined. Cheaper than {@link #share}.
   */
  public <T extends @Nullable Object> @Nullable JobCell<T> tryJoin(OffloadKey.Keyed<T> key) {
    JobCell<?> live = registry.live(key);
    if (live == null || !gate.isOpen() || !live.tryJoin()) {
      return null;
    }
    return joined(live);
  }

  /** Submits a job that nobody holds, under a fresh key of a kind that stands for {@code label}. */
  public OffloadKey.Auto<?> spawn(String label, JobBody<@Nullable Object> body) {
    KindEntry kind = kinds.ofLabel(label);
    @SuppressWarnings("unchecked") // the value of such a job is never handed out
    OffloadKey.Auto<@Nullable Object> key = (OffloadKey.Auto<@Nullable Object>) kind.kind.auto();
    place(key, kind, ConflictPolicy.REJECT, null, body, null, false).jobOrThrow(key, this);
    return key;
  }

  private <T extends @Nullable Object> Placement<T> place(
      OffloadKey<T> key,
      KindEntry kind,
      ConflictPolicy policy,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body,
      @Nullable CancelReason onLastLease,
      boolean observed) {
    if (policy == ConflictPolicy.JOIN || policy == ConflictPolicy.REJECT) {
      JobCell<?> live = registry.live(key);
      if (live != null && gate.isOpen()) {
        if (policy == ConflictPolicy.REJECT) {
          return rejected(kind, How.KEY_IN_FLIGHT, RejectReason.KEY_IN_FLIGHT);
        }
        if (live.tryJoin()) {
          return new Placement<>(How.JOINED, joined(live));
        }
      }
    }
    JobCell<T> newcomer =
        new JobCell<>(key, this, kind, body, kind.timeoutFor(timeout), onLastLease, observed);
    if (!gate.enter()) {
      return rejected(kind, How.SCOPE_CLOSED, RejectReason.SCOPE_CLOSED);
    }
    kind.countAccepted();
    @Nullable Conflict conflict;
    try {
      conflict = registry.placeIfFree(newcomer) ? null : registry.place(newcomer, policy);
    } catch (Throwable e) { // the id threw when it was compared
      notPlaced(kind);
      throw e;
    }
    return conflict == null ? started(newcomer) : settle(newcomer, conflict);
  }

  private <T extends @Nullable Object> Placement<T> settle(JobCell<T> newcomer, Conflict conflict) {
    return switch (conflict.placed) {
      case STARTED -> started(newcomer);
      case WAITS, REPLACES -> {
        placed(newcomer);
        conflict.cancelled.forEach(Runnable::run);
        newcomer.guardWait();
        cancelIfScopeIs(newcomer);
        yield new Placement<>(
            conflict.placed == Placed.WAITS ? How.STARTED : How.REPLACED, newcomer);
      }
      case JOINED -> {
        notPlaced(newcomer.kind());
        yield new Placement<>(How.JOINED, joined(Objects.requireNonNull(conflict.joined)));
      }
      case IN_FLIGHT -> {
        notPlaced(newcomer.kind());
        yield rejected(newcomer.kind(), How.KEY_IN_FLIGHT, RejectReason.KEY_IN_FLIGHT);
      }
    };
  }

  private <T extends @Nullable Object> Placement<T> started(JobCell<T> newcomer) {
    placed(newcomer);
    if (!cancelIfScopeIs(newcomer)) {
      newcomer.start();
    }
    return new Placement<>(How.STARTED, newcomer);
  }

  /** Takes back that a job was counted in before it was known whether it would be placed. */
  private void notPlaced(KindEntry kind) {
    kind.uncountAccepted();
    if (gate.leave()) {
      terminated();
    }
  }

  private void placed(JobCell<?> job) {
    if (listener.isOn()) {
      listener.accepted(job.snapshot());
    }
  }

  private boolean cancelIfScopeIs(JobCell<?> job) {
    return gate.isCancelled() && job.cancel(CancelReason.SCOPE_CLOSED);
  }

  @SuppressWarnings("unchecked") // keys are equal only if made from the same kind, which fixes T
  private <T extends @Nullable Object> JobCell<T> joined(JobCell<?> job) {
    JobCell<T> taken = (JobCell<T>) job;
    taken.kind().countJoined();
    if (listener.isOn()) {
      listener.joined(taken.snapshot());
    }
    return taken;
  }

  private <T extends @Nullable Object> Placement<T> rejected(
      KindEntry kind, How how, RejectReason reason) {
    kind.countRejected();
    if (listener.isOn()) {
      listener.rejected(kind.kind.name(), reason);
    }
    return new Placement<>(how, null);
  }

  // The end of a job; called by the job, in this order.

  /** Takes the job out of the registry; answers the successor to start. */
  @Nullable JobCell<?> remove(JobCell<?> job) {
    try {
      return registry.remove(job);
    } catch (Throwable e) { // the id threw when it was compared; callers must have their answer
      SafeListener.LOG.log(
          System.Logger.Level.WARNING, job.label() + ": its id threw, the key stays taken", e);
      return null;
    }
  }

  /** Counts the job out; true if the scope terminates with it. */
  boolean count(JobCell<?> job) {
    job.kind().countEnded(job.state());
    return gate.leave();
  }

  /** Tells those who wait for the scope. */
  void terminated() {
    gate.close();
  }

  // Looking.

  /** The job under the key, or null. */
  public @Nullable JobSnapshot find(OffloadKey<?> key) {
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

  /** Whether any job under the key is active. */
  public boolean isInFlight(OffloadKey<?> key) {
    return registry.find(key) != null;
  }

  /** The number of active jobs. */
  public long activeCount() {
    return gate.active();
  }

  /** All jobs whose callers may not all have been told of the end. */
  public List<JobCell<?>> jobs() {
    return registry.all();
  }

  /** All active jobs. */
  public List<JobSnapshot> activeJobs() {
    List<JobSnapshot> active = new ArrayList<>();
    registry.forEach(job -> active.add(job.snapshot()));
    active.removeIf(job -> !job.state().isActive());
    return active;
  }

  /** Jobs and counts. */
  public ScopeSnapshot snapshot() {
    List<JobSnapshot> jobs = activeJobs();
    Map<String, OffloadStats> byKind = kinds.stats();
    OffloadStats total = byKind.values().stream().reduce(OffloadStats.ZERO, OffloadStats::plus);
    return new ScopeSnapshot(name, jobs, total, byKind);
  }

  // Cancelling and ending.

  /** Cancels every job under the key; true if that changed anything. */
  public boolean cancel(OffloadKey<?> key) {
    return registry.cancel(key, CancelReason.CANCELLED);
  }

  /** Cancels every job; answers how many that changed. */
  public int cancelAll() {
    return cancelAll(CancelReason.CANCELLED).size();
  }

  private List<JobCell<?>> cancelAll(CancelReason reason) {
    List<JobCell<?>> changed = registry.all();
    changed.removeIf(job -> !job.cancel(reason));
    return changed;
  }

  /** Takes no more jobs; those accepted go on. */
  public void drain() {
    if (gate.advance(Gate.DRAINING)) {
      terminated();
    }
  }

  /** Takes no more jobs and cancels those accepted; answers those that this changed. */
  public List<JobCell<?>> close() {
    if (gate.advance(Gate.CANCELLED)) {
      terminated();
    }
    return cancelAll(CancelReason.SCOPE_CLOSED);
  }

  /** Is closed in the moment when the scope takes no more jobs and the last one has ended. */
  public Waiters termination() {
    return gate;
  }
}
