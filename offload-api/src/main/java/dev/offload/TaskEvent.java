package dev.offload;

import java.time.Instant;
import java.util.Set;

/**
 * What those who watch a task recorder are told.
 *
 * @param <I> the type of the ids
 * @since 0.1
 */
public sealed interface TaskEvent<I> {

  /**
   * A task changed its state.
   *
   * @param id of the task
   * @param from the state before
   * @param to the state since
   * @param at when, by the system's clock
   * @param <I> the type of the ids
   */
  record Moved<I>(I id, TaskState from, TaskState to, Instant at) implements TaskEvent<I> {
    /** Shows all but the id, which may be personal data. */
    @Override
    public String toString() {
      return "Moved[from=" + from + ", to=" + to + ", at=" + at + "]";
    }
  }

  /**
   * What works and what has failed, for those who are told that first: what they are told later
   * begins with the first step after it.
   *
   * @param working the ids that are WORKING; not to be modified
   * @param failed the ids that are FAILED; not to be modified
   * @param <I> the type of the ids
   */
  record Snapshot<I>(Set<I> working, Set<I> failed) implements TaskEvent<I> {
    /** Shows how many, and not the ids, which may be personal data. */
    @Override
    public String toString() {
      return "Snapshot[working=" + working.size() + ", failed=" + failed.size() + "]";
    }
  }

  /**
   * The watcher was too slow, and later events than those it was told so far were left out.
   *
   * @param count how many
   * @param <I> the type of the ids
   */
  record Missed<I>(long count) implements TaskEvent<I> {}
}
