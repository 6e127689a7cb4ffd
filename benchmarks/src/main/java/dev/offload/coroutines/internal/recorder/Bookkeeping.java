package dev.offload.coroutines.internal.recorder;

import dev.offload.TaskState;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * What a recorder writes down, without the jobs: in the package of its table, to reach it.
 *
 * @param <I> the type of the ids
 */
@NullMarked
public final class Bookkeeping<I> {
  private final TaskStates<I> states = new TaskTable<>(new TaskFeed<>(), List::of, null);

  /** A task is launched and succeeds. */
  public void succeed(I id) {
    TaskRun<I> run = launch(id);
    run.decidedBy(Attempt.SUCCESS); // in the place of its job
    states.settle(run);
  }

  /** A task is launched and fails. */
  public void fail(I id, Throwable cause) {
    states.fail(launch(id), cause);
  }

  private TaskRun<I> launch(I id) {
    TaskRun<I> run = new TaskRun<>(id);
    if (states.begin(run) != null) {
      throw new IllegalStateException("launched before");
    }
    return run;
  }

  /** The state of a task. */
  public TaskState state(I id) {
    return states.state(id);
  }

  /** The ids in a state. */
  public List<I> tasks(TaskState state) {
    return states.tasks(state);
  }

  /** Forgets a success. */
  public boolean drop(I id) {
    return states.drop(id);
  }
}
