package dev.offload.coroutines.internal;

import dev.offload.LaunchOutcome;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task recorder without its faces: begins an attempt in the table, then runs it as a job of its
 * scope, under a key that belongs to this recorder and the task's id alone. So a task that is
 * launched again, and a revoke, wait until a body of before that was cancelled has ended.
 *
 * @param <I> the type of the ids
 * @param <T> the type of what the bodies answer
 */
public final class RecorderCore<I, T extends @Nullable Object> {
  private final ScopeCore scope;
  private final OffloadKind<Object, T> kind;
  private final Section jobs;
  private final TaskFeed<I> feed = new TaskFeed<>();
  private final TaskStates<I> states = new TaskTable<>(feed, this::inFlight);

  /**
   * Makes a recorder that has recorded nothing.
   *
   * @throws IllegalArgumentException if the manager knows another kind of the same name
   */
  public RecorderCore(ScopeCore scope, OffloadKind<? super I, T> kind) {
    this.scope = scope;
    this.kind = ofTasks(kind);
    scope.engine().kinds.of(kind);
    this.jobs = scope.section();
  }

  /** A kind for keys that hold a {@link TaskId} in place of an id of the user's. */
  @SuppressWarnings("unchecked") // the type of the ids is for those who make keys, and in no key
  private static <T extends @Nullable Object> OffloadKind<Object, T> ofTasks(
      OffloadKind<?, T> kind) {
    return (OffloadKind<Object, T>) kind;
  }

  /** The kind of its tasks. */
  public OffloadKind<?, T> kind() {
    return kind;
  }

  /** Owns the jobs. */
  public ScopeCore scope() {
    return scope;
  }

  /** Launches a task; {@code handle} wraps the lease on its job. */
  public <H extends OffloadHandle> LaunchOutcome<H> launch(
      I id, @Nullable TimeoutPolicy timeout, JobBody<T> body, Function<JobCell<T>, H> handle) {
    TaskRun<I> run = new TaskRun<>(id);
    TaskState forbids;
    try {
      forbids = states.begin(run);
    } catch (Throwable e) { // of the id, perhaps when the run was in its entry already
      run.write(e);
      throw e;
    }
    if (forbids == null) {
      return new LaunchOutcome.Launched<>(handle.apply(start(run, timeout, body)));
    }
    return forbids == TaskState.WORKING
        ? new LaunchOutcome.AlreadyWorking<>()
        : new LaunchOutcome.AlreadySucceeded<>();
  }

  /** A revoke that was begun, with its job, or the answer why it was not. One of them is null. */
  public record Revoking<R extends @Nullable Object>(
      @Nullable JobCell<R> job, @Nullable RevokeOutcome<R> refusal) {}

  /** Begins to revoke the success of a task. */
  public <R extends @Nullable Object> Revoking<R> revoke(
      I id, @Nullable TimeoutPolicy timeout, JobBody<R> body) {
    RevokeRun<I> run = new RevokeRun<>(id);
    RevokeOutcome<@Nullable Object> refusal;
    try {
      refusal = states.begin(run);
    } catch (Throwable e) { // as in launch
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
      @SuppressWarnings("unchecked") // no other job comes under this key, so nobody joins this one
      OffloadKey<R> key = (OffloadKey<R>) kind.key(new TaskId(jobs, attempt.id));
      TaskBody<I, R> recorded = new TaskBody<>(body, attempt, states);
      JobCell<R> job = scope.submitRemembered(key, timeout, recorded).jobOrThrow(key);
      attempt.decidedBy(job);
      return job;
    } catch (Throwable e) { // refused: it never starts, and must not stick
      states.fail(attempt, e);
      throw e;
    }
  }

  /** The state of a task. */
  public TaskState state(I id) {
    return states.state(id);
  }

  /** What a task failed with; null if it is not FAILED. */
  public @Nullable Throwable failure(I id) {
    return states.failure(id);
  }

  /** Forgets a task that is FAILED. */
  public boolean forget(I id) {
    return states.forget(id);
  }

  /** Forgets successes; answers how many. */
  public int dropSucceeded(Iterable<? extends I> ids) {
    int dropped = 0;
    for (I id : ids) {
      if (states.drop(id)) {
        dropped++;
      }
    }
    return dropped;
  }

  /** The ids in a state. */
  public List<I> tasks(TaskState state) {
    return states.tasks(requireRecorded(state));
  }

  @SuppressWarnings("unchecked") // this recorder's ids
  private List<I> inFlight() {
    return (List<I>) jobs.ids();
  }

  /** How many tasks are in a state. */
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

  /** Who watches. */
  public TaskFeed<I> feed() {
    return feed;
  }
}
