package dev.offload.coroutines.internal.recorder;

import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.coroutines.internal.job.JobCell;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The states of a recorder's tasks. All operations are linearizable per id, and none waits for a
 * task.
 *
 * <p>A class, as calls through it cost nothing while only one subclass is loaded: the JIT compilers
 * rely on the loaded classes, whereas they guard each call through an interface.
 *
 * @param <I> the type of the ids
 */
abstract class TaskStates<I> {

  /** Makes the task WORKING by this run; null, or the state that forbids it. */
  abstract @Nullable TaskState begin(TaskRun<I> run);

  /** Begins a revoke; null, or the outcome that says why not. */
  abstract @Nullable RevokeOutcome<@Nullable Object> begin(RevokeRun<I> run);

  /**
   * Records the outcome of an attempt, if it is decided. May be called repeatedly, by any thread.
   */
  abstract void settle(Attempt<I> attempt);

  /**
   * An attempt is decided. Like {@link #settle}, but notifies no watcher, and exceptions of its id
   * are contained.
   */
  abstract void decided(Attempt<I> attempt);

  /** Notifies the watchers of what was done since. */
  abstract void tellFeed();

  /** Ends an attempt that has no job to decide it. */
  abstract void fail(Attempt<I> attempt, Throwable cause);

  abstract TaskState state(I id);

  /**
   * The run or revoke that determines the state of the task; null if it is settled, or there is
   * none.
   */
  abstract @Nullable Attempt<I> attempt(I id);

  /** The failure of the task; null if it is not FAILED. */
  abstract @Nullable Throwable failure(I id);

  /** Forgets a FAILED task; true if it was FAILED. */
  abstract boolean forget(I id);

  /** Forgets a SUCCEEDED task that is not being revoked; true if it was one. */
  abstract boolean drop(I id);

  /**
   * Forgets all successes older than this that are not being revoked; returns their number.
   *
   * @throws IllegalStateException if ages are not kept
   */
  abstract int dropOlderThan(Duration age);

  /** The job that has the value of a SUCCEEDED task; null if that is not kept. */
  abstract @Nullable JobCell<?> kept(I id);

  /**
   * Shows a viewer, which watches already, all tasks that are WORKING or FAILED. Waits for launches
   * that are about to submit their jobs.
   */
  abstract void look(TaskViewer<I> viewer);

  /** The ids in a state other than NOT_FOUND, weakly consistent. */
  abstract List<I> tasks(TaskState state);

  /** The number of tasks in a state other than NOT_FOUND, exact when idle. */
  abstract long count(TaskState state);
}
