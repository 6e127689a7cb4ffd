package dev.offload.coroutines.internal.recorder;

import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.coroutines.internal.job.JobCell;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a recorder keeps the states of its tasks. All operations are linearizable by id, and none
 * waits for a task.
 *
 * <p>A class, as calls through it then cost nothing while there is one kind of it: the compilers
 * look at the loaded classes, and guard calls through an interface each time.
 *
 * @param <I> the type of the ids
 */
abstract class TaskStates<I> {

  /** Makes the task WORKING by this run; null, or the state that forbids it. */
  abstract @Nullable TaskState begin(TaskRun<I> run);

  /** Begins a revoke; null, or the answer why not. */
  abstract @Nullable RevokeOutcome<@Nullable Object> begin(RevokeRun<I> run);

  /** Writes down what became of an attempt, if it is decided. Any number of times, by anyone. */
  abstract void settle(Attempt<I> attempt);

  /**
   * An attempt is decided. As {@link #settle}, but tells no watcher, and what its id throws stays
   * here.
   */
  abstract void decided(Attempt<I> attempt);

  /** Tells the watchers what was done since. */
  abstract void tellFeed();

  /** Ends an attempt that has no job to decide it. */
  abstract void fail(Attempt<I> attempt, Throwable cause);

  abstract TaskState state(I id);

  /**
   * The run or revoke that makes the state of the task; null if it is settled, or there is none.
   */
  abstract @Nullable Attempt<I> attempt(I id);

  /** What the task failed with; null if it is not FAILED. */
  abstract @Nullable Throwable failure(I id);

  /** Forgets a FAILED task; true if it was one. */
  abstract boolean forget(I id);

  /** Forgets a SUCCEEDED task that is not being revoked; true if it was one. */
  abstract boolean drop(I id);

  /**
   * Forgets all successes that are so old, and are not being revoked; answers how many.
   *
   * @throws IllegalStateException if ages are not kept
   */
  abstract int dropOlderThan(Duration age);

  /** The job that has the value of a SUCCEEDED task; null if that is not kept. */
  abstract @Nullable JobCell<?> kept(I id);

  /**
   * Shows a viewer, who watches already, all tasks that work or have failed. Waits for launches
   * that are about to submit their jobs.
   */
  abstract void look(TaskViewer<I> viewer);

  /** The ids in a state other than NOT_FOUND, weakly consistent. */
  abstract List<I> tasks(TaskState state);

  /** How many are in a state other than NOT_FOUND, exact at rest. */
  abstract long count(TaskState state);
}
