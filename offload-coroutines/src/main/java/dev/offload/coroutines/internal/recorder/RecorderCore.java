package dev.offload.coroutines.internal.recorder;

import dev.offload.KeepValues;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.ScopeCore;
import dev.offload.coroutines.internal.job.Section;
import dev.offload.coroutines.internal.job.Submissions;
import dev.offload.coroutines.internal.job.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task recorder without its faces: begins an attempt in the table, then runs it as a job of its
 * scope, under a key that belongs to this recorder and the task's id alone. So a relaunched task,
 * and a revoke, wait until an earlier body that was cancelled has ended.
 *
 * @param <I> the type of the ids
 * @param <T> the type of the results of the bodies
 */
public final class RecorderCore<I, T extends @Nullable Object> {
  private final ScopeCore scope;
  private final OffloadKind<Object, T> kind;
  private final Section jobs;
  private final TaskFeed<I> feed = new TaskFeed<>();
  private final TaskStates<I> states;

  /**
   * Creates a recorder without records.
   *
   * @param keep which values to keep; null for none
   * @throws IllegalArgumentException if the manager knows another kind of the same name
   */
  public RecorderCore(ScopeCore scope, OffloadKind<? super I, T> kind, @Nullable KeepValues keep) {
    this.scope = scope;
    this.kind = ofTasks(kind);
    scope.engine().kinds.of(kind);
    this.jobs = scope.section();
    KeptValues kept = keep == null ? null : new KeptValues(keep, scope.engine()::nanoTime);
    this.states = new TaskTable<>(feed, this::inFlight, kept);
  }

  /** A kind for keys that hold a {@link TaskId} in place of the user's id. */
  @SuppressWarnings("unchecked") // the type of ids only restricts the creation of keys
  private static <T extends @Nullable Object> OffloadKind<Object, T> ofTasks(
      OffloadKind<?, T> kind) {
    return (OffloadKind<Object, T>) kind;
  }

  /** The kind of its tasks. */
  public OffloadKind<?, T> kind() {
    return kind;
  }

  /** The owner of the jobs. */
  public ScopeCore scope() {
    return scope;
  }

  /**
   * Launches a task, unless it is WORKING, in which case it joins the current run, or has
   * succeeded.
   *
   * @param handle wraps the lease on a job, which was joined or not
   */
  public <H extends OffloadHandle> LaunchOutcome<H> launch(
      I id,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body,
      BiFunction<JobCell<T>, Boolean, H> handle) {
    TaskRun<I> run = new TaskRun<>(id);
    LaunchOutcome<H> already = begin(run, handle);
    return already == null
        ? new LaunchOutcome.Launched<>(handle.apply(start(run, timeout, body), false))
        : already;
  }

  /**
   * Like {@link #launch}, but null if a queue is full, which is only a reason to {@linkplain
   * Submissions#awaitRoom wait}: the task is unchanged. The place in the queue is taken before the
   * task is WORKING, so it never is so even for a moment.
   */
  public <H extends OffloadHandle> @Nullable LaunchOutcome<H> launchIfRoom(
      I id,
      @Nullable TimeoutPolicy timeout,
      JobBody<T> body,
      BiFunction<JobCell<T>, Boolean, H> handle) {
    LaunchOutcome<H> already = met(id, states.state(id), handle);
    if (already != null) {
      return already;
    }
    TaskRun<I> run = new TaskRun<>(id);
    OffloadKey<T> key = key(id);
    JobCell<T> job = scope.submissions().reserve(key, timeout, new TaskBody<>(body, run, states));
    if (job == null) {
      return null;
    }
    boolean begun = false;
    try {
      already = begin(run, handle);
      begun = already == null;
    } finally {
      if (!begun) {
        Submissions.giveBack(job);
      }
    }
    if (already != null) {
      return already;
    }
    try {
      job = scope.submissions().launchReserved(job).jobOrThrow(key);
    } catch (Throwable e) { // as in start()
      states.fail(run, e);
      throw e;
    }
    return new LaunchOutcome.Launched<>(handle.apply(job, false));
  }

  /** Makes the task WORKING by this run; null, or the outcome that says why not. */
  private <H extends OffloadHandle> @Nullable LaunchOutcome<H> begin(
      TaskRun<I> run, BiFunction<JobCell<T>, Boolean, H> handle) {
    try {
      for (; ; ) {
        TaskState forbids = states.begin(run);
        LaunchOutcome<H> met = forbids == null ? null : met(run.id, forbids, handle);
        if (met != null || forbids == null) {
          return met;
        } // the current run was decided between the two
      }
    } catch (Throwable e) { // from the id, perhaps when the run was in its entry already
      run.write(e);
      throw e;
    }
  }

  /** The outcome of a launch of a task in this state; null if it may be launched by now. */
  private <H extends OffloadHandle> @Nullable LaunchOutcome<H> met(
      I id, TaskState state, BiFunction<JobCell<T>, Boolean, H> handle) {
    if (state == TaskState.SUCCEEDED) {
      JobCell<?> kept = states.kept(id);
      return new LaunchOutcome.AlreadySucceeded<>(
          kept == null ? null : handle.apply(typed(kept), true));
    }
    Attempt<I> attempt = state == TaskState.WORKING ? states.attempt(id) : null;
    JobCell<?> job = attempt instanceof TaskRun ? attempt.job() : null;
    return job == null || !scope.submissions().join(job)
        ? null
        : new LaunchOutcome.AlreadyWorking<>(handle.apply(typed(job), true));
  }

  @SuppressWarnings("unchecked") // a run of this recorder
  private JobCell<T> typed(JobCell<?> job) {
    return (JobCell<T>) job;
  }

  /**
   * A revoke that was begun, with its job, or the outcome that says why not. One of them is null.
   */
  public record Revoking<R extends @Nullable Object>(
      @Nullable JobCell<R> job, @Nullable RevokeOutcome<R> refusal) {}

  /** Begins to revoke the success of a task. */
  public <R extends @Nullable Object> Revoking<R> revoke(
      I id, @Nullable TimeoutPolicy timeout, JobBody<R> body) {
    RevokeRun<I> run = new RevokeRun<>(id);
    RevokeOutcome<@Nullable Object> refusal;
    try {
      refusal = states.begin(run);
    } catch (Throwable e) { // as in launch()
      run.write(e);
      throw e;
    }
    if (refusal == null) {
      return new Revoking<>(start(run, timeout, body), null);
    }
    @SuppressWarnings("unchecked") // a refusal holds no value
    RevokeOutcome<R> typed = (RevokeOutcome<R>) refusal;
    return new Revoking<>(null, typed);
  }

  private <R extends @Nullable Object> JobCell<R> start(
      Attempt<I> attempt, @Nullable TimeoutPolicy timeout, JobBody<R> body) {
    try {
      OffloadKey<R> key = key(attempt.id);
      TaskBody<I, R> recorded = new TaskBody<>(body, attempt, states);
      return scope.submissions().launch(key, timeout, recorded).jobOrThrow(key);
    } catch (Throwable e) { // rejected: it never starts, and must not hang
      states.fail(attempt, e);
      throw e;
    }
  }

  /** The key of the jobs of a task. */
  @SuppressWarnings("unchecked") // no other job is under it: nothing joins a revoke
  public <R extends @Nullable Object> OffloadKey<R> key(I id) {
    return (OffloadKey<R>) kind.key(new TaskId(jobs, id));
  }

  /**
   * What is in progress for a task, and has to end.
   *
   * @param state the state of the task when they have ended, according to the last of them that was
   *     begun; may be read then
   */
  public record UnderWay(List<JobCell<?>> jobs, Supplier<TaskState> state) {}

  /** Finds the run or revoke of a task in progress, and those being cancelled. */
  public UnderWay underWay(I id) {
    for (; ; ) {
      Attempt<I> attempt = states.attempt(id);
      JobCell<?> job = attempt == null ? null : attempt.job();
      if (attempt != null && job != null) {
        List<JobCell<?>> inFlight = new ArrayList<>(1);
        Section.addAll(inFlight, job);
        return new UnderWay(inFlight, attempt::state);
      }
      TaskState state = states.state(id);
      if (state != TaskState.WORKING) {
        List<JobCell<?>> dying = jobs.jobs(this.<T>key(id));
        dying.removeIf(one -> !one.isDecided());
        return new UnderWay(dying, () -> state);
      } // it was launched between the two
    }
  }

  /** The jobs of all tasks. */
  public List<JobCell<?>> jobs() {
    return jobs.jobs();
  }

  /** Cancels all runs and revokes; returns their number. */
  public int cancelAll() {
    return ScopeCore.cancelAll(jobs());
  }

  /** The state of a task. */
  public TaskState state(I id) {
    return states.state(id);
  }

  /** The failure of a task; null if it is not FAILED. */
  public @Nullable Throwable failure(I id) {
    return states.failure(id);
  }

  /** Forgets a FAILED task. */
  public boolean forget(I id) {
    return states.forget(id);
  }

  /** Forgets successes; returns their number. */
  public int dropSucceeded(Iterable<? extends I> ids) {
    int dropped = 0;
    for (I id : ids) {
      if (states.drop(id)) {
        dropped++;
      }
    }
    return dropped;
  }

  /** Forgets all successes older than this; returns their number. */
  public int dropSucceeded(Duration olderThan) {
    return states.dropOlderThan(olderThan);
  }

  /** The ids in a state. */
  public List<I> tasks(TaskState state) {
    return states.tasks(requireRecorded(state));
  }

  @SuppressWarnings("unchecked") // this recorder's ids
  private List<I> inFlight() {
    return (List<I>) jobs.ids();
  }

  /** The number of tasks in a state. */
  public long count(TaskState state) {
    return states.count(requireRecorded(state));
  }

  private static TaskState requireRecorded(TaskState state) {
    if (state == TaskState.NOT_FOUND) {
      throw new IllegalArgumentException(
          "NOT_FOUND is the state of whatever was not recorded; ask for WORKING, SUCCEEDED or"
              + " FAILED");
    }
    return state;
  }

  /**
   * Makes {@code viewer} begin to watch, and look: it receives the current state, and then what
   * follows. It has to leave the {@link #feed()} in the end, unless this throws.
   */
  public void view(TaskViewer<I> viewer) {
    feed.watch(viewer);
    try {
      states.look(viewer);
    } catch (Throwable e) { // from an id
      feed.leave(viewer);
      throw e;
    }
  }

  /** The feed of the watchers. */
  public TaskFeed<I> feed() {
    return feed;
  }
}
