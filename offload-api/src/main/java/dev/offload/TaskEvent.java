package dev.offload;

import java.time.Instant;
import java.util.Set;

/**
 * An event of a task recorder, as its watchers receive it.
 *
 * @param <I> the type of the ids
 * @since 0.1
 */
public sealed interface TaskEvent<I> {

  /**
   * A task changed its state.
   *
   * @param id the id of the task
   * @param from the previous state
   * @param to the new state
   * @param at when it changed, by the system clock
   * @param <I> the type of the ids
   */
  record Moved<I>(I id, TaskState from, TaskState to, Instant at) implements TaskEvent<I> {
    /** Shows everything but the id, which may be personal data. */
    @Override
    public String toString() {
      return "Moved[from=" + from + ", to=" + to + ", at=" + at + "]";
    }
  }

  /**
   * The tasks that are working and those that have failed; the events that follow begin with the
   * first change after it.
   *
   * @param working the ids that are WORKING; not to be modified
   * @param failed the ids that are FAILED; not to be modified
   * @param <I> the type of the ids
   */
  record Snapshot<I>(Set<I> working, Set<I> failed) implements TaskEvent<I> {
    /** Shows the numbers of tasks, not their ids, which may be personal data. */
    @Override
    public String toString() {
      return "Snapshot[working=" + working.size() + ", failed=" + failed.size() + "]";
    }
  }

  /**
   * The watcher was too slow, and events after those it has received were dropped.
   *
   * @param count how many events were dropped
   * @param <I> the type of the ids
   */
  record Missed<I>(long count) implements TaskEvent<I> {}
}
