package dev.offload.coroutines.internal;

import static dev.offload.TaskState.FAILED;
import static dev.offload.TaskState.NOT_FOUND;
import static dev.offload.TaskState.SUCCEEDED;
import static dev.offload.TaskState.WORKING;

import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The states of tasks, in memory.
 *
 * <pre>
 *  entry                 state       leaves by
 *  --------------------  ----------  ---------------------------------------------------
 *  none                  NOT_FOUND   begin(run)                -> the run
 *  a run, open           WORKING     the decision of its job   (the entry stays)
 *  a run, succeeded      SUCCEEDED   settle                    -> DONE
 *  a run, failed         FAILED      begin(run)                -> the new run
 *                                    forget                    -> none
 *  DONE                  SUCCEEDED   begin(revoke)             -> the revoke
 *                                    drop                      -> none
 *  a revoke, open        SUCCEEDED   the decision of its job   (the entry stays)
 *  a revoke, succeeded   NOT_FOUND   settle                    -> none
 *  a revoke, failed      SUCCEEDED   settle                    -> DONE
 * </pre>
 *
 * <p>A task's state is one entry of one map, so each operation on an id is one atomic step: of the
 * map, or of the job that decides an attempt. An entry moves on only from the very object that was
 * read, and an attempt's decision never changes; so a success is recorded once, revoked once, and
 * nothing sticks. Whoever meets a decided attempt settles it before going on. The value of a
 * success is one object for all: it costs the map's entry.
 *
 * <p>The index and the feed follow: {@code launch}, or who settles, answers after both. With a
 * watcher, steps are made with the map's lock for the id held and put into the feed there, so that
 * each id's events are in order; the watchers are told after it.
 */
final class TaskTable<I> extends TaskStates<I> {
  private static final Object DONE = "done";

  private final ConcurrentHashMap<I, Object> entries = new ConcurrentHashMap<>();
  private final TaskIndex<I> index = new TaskIndex<>();
  private final TaskFeed<I> feed;
  private final Supplier<? extends Collection<I>> inFlight;

  /**
   * Makes an empty one.
   *
   * @param inFlight the ids whose jobs are in flight: of all tasks that are WORKING, from some time
   *     before their {@code launch} answers, and perhaps of others
   */
  TaskTable(TaskFeed<I> feed, Supplier<? extends Collection<I>> inFlight) {
    this.feed = feed;
    this.inFlight = inFlight;
  }

  @Override
  @Nullable TaskState begin(TaskRun<I> run) {
    boolean isNew = !feed.isOn() && entries.putIfAbsent(run.id, run) == null; // as nearly always
    return isNew ? null : beginAgain(run);
  }

  private @Nullable TaskState beginAgain(TaskRun<I> run) {
    while (!move(run.id, null, run, NOT_FOUND, WORKING)) {
      Object entry = entries.get(run.id);
      if (entry == DONE) {
        return SUCCEEDED;
      }
      if (entry == null) {
        continue;
      }
      Attempt<I> other = attempt(entry);
      Object verdict = other.verdict();
      if (verdict == null) {
        return other instanceof RevokeRun ? SUCCEEDED : WORKING;
      }
      settle(other);
      if (other instanceof TaskRun<I> failed
          && verdict != Attempt.SUCCESS
          && move(run.id, failed, run, FAILED, WORKING)) {
        index.failedNoMore(failed);
        return null;
      }
    }
    return null;
  }

  @Override
  @Nullable RevokeOutcome<@Nullable Object> begin(RevokeRun<I> run) {
    while (true) {
      Object entry = entries.get(run.id);
      if (entry == null) {
        return new RevokeOutcome.NotSucceeded<>(NOT_FOUND);
      }
      if (entry == DONE) {
        if (move(run.id, DONE, run, SUCCEEDED, SUCCEEDED)) {
          return null;
        }
        continue;
      }
      Attempt<I> other = attempt(entry);
      Object verdict = other.verdict();
      if (other instanceof TaskRun && verdict != Attempt.SUCCESS) {
        return new RevokeOutcome.NotSucceeded<>(verdict == null ? WORKING : FAILED);
      }
      if (verdict == null) {
        return new RevokeOutcome.AlreadyRevoking<>();
      }
      settle(other);
    }
  }

  @Override
  void settle(Attempt<I> attempt) {
    Object verdict = attempt.verdict();
    if (verdict == null) {
      return;
    }
    boolean succeeded = verdict == Attempt.SUCCESS;
    if (attempt instanceof RevokeRun<I> revoke) {
      TaskState to = succeeded ? NOT_FOUND : SUCCEEDED;
      if (move(revoke.id, revoke, succeeded ? null : DONE, SUCCEEDED, to) && succeeded) {
        index.succeededNoMore();
      }
    } else if (attempt instanceof TaskRun<I> run) {
      if (verdict instanceof Throwable cause) {
        note(run, cause);
      } else if (move(run.id, run, DONE, WORKING, SUCCEEDED)) {
        index.succeeded();
      }
    }
  }

  @Override
  void fail(Attempt<I> attempt, Throwable cause) {
    if (attempt instanceof TaskRun<I> run) {
      note(run, cause);
    } else if (attempt.write(cause)) {
      settle(attempt);
    }
  }

  /** Notes a failure, unless that is done. */
  private void note(TaskRun<I> run, Throwable cause) {
    if (run.isWritten()) {
      return;
    }
    if (!feed.isOn()) {
      if (!noteFirst(run, cause) && entries.get(run.id) != run) {
        index.failedNoMore(run);
      }
      return;
    }
    entries.compute(
        run.id,
        (id, entry) -> {
          if (noteFirst(run, cause)) {
            feed.add(id, WORKING, FAILED);
          } else if (entry != run) {
            index.failedNoMore(run);
          }
          return entry;
        });
    feed.tell();
  }

  /**
   * Notes a failure; false if somebody was first. In the index before in the run: who sees the
   * failure may take the run out of both at once. Who is not first may put it back after that, and
   * has to look.
   */
  private boolean noteFirst(TaskRun<I> run, Throwable cause) {
    index.failing(run);
    return run.write(cause);
  }

  /** Puts {@code to} in the place of {@code from}; null stands for none. */
  private boolean move(
      I id, @Nullable Object from, @Nullable Object to, TaskState state, TaskState next) {
    if (!feed.isOn() || state == next) {
      return move(id, from, to);
    }
    boolean[] moved = {false};
    entries.compute(
        id,
        (key, entry) -> {
          if (entry != from) {
            return entry;
          }
          moved[0] = true;
          feed.add(key, state, next);
          return to;
        });
    feed.tell();
    return moved[0];
  }

  private boolean move(I id, @Nullable Object from, @Nullable Object to) {
    if (from == null) {
      return to != null && entries.putIfAbsent(id, to) == null;
    }
    return to == null ? entries.remove(id, from) : entries.replace(id, from, to);
  }

  @Override
  TaskState state(I id) {
    Object entry = entries.get(id);
    if (entry == null) {
      return NOT_FOUND;
    }
    if (entry == DONE) {
      return SUCCEEDED;
    }
    Object verdict = attempt(entry).verdict();
    if (entry instanceof RevokeRun) {
      return verdict == Attempt.SUCCESS ? NOT_FOUND : SUCCEEDED;
    }
    if (verdict == null) {
      return WORKING;
    }
    return verdict == Attempt.SUCCESS ? SUCCEEDED : FAILED;
  }

  @Override
  @Nullable Throwable failure(I id) {
    return entries.get(id) instanceof TaskRun<?> run && run.verdict() instanceof Throwable cause
        ? cause
        : null;
  }

  @Override
  boolean forget(I id) {
    Object entry = entries.get(id);
    if (entry == null || entry == DONE || !(attempt(entry) instanceof TaskRun<I> run)) {
      return false;
    }
    settle(run);
    if (!(run.verdict() instanceof Throwable) || !move(id, run, null, FAILED, NOT_FOUND)) {
      return false;
    }
    index.failedNoMore(run);
    return true;
  }

  @Override
  boolean drop(I id) {
    Object entry = entries.get(id);
    if (entry != null && entry != DONE) {
      settle(attempt(entry));
    }
    if (!move(id, DONE, null, SUCCEEDED, NOT_FOUND)) {
      return false;
    }
    index.succeededNoMore();
    return true;
  }

  @Override
  List<I> tasks(TaskState state) {
    return switch (state) {
      case WORKING -> working();
      case FAILED -> index.failed();
      default -> succeeded();
    };
  }

  private List<I> working() {
    List<I> ids = new ArrayList<>(inFlight.get());
    ids.removeIf(id -> state(id) != WORKING);
    return ids;
  }

  private List<I> succeeded() {
    List<I> ids = new ArrayList<>();
    entries.forEach(
        (id, entry) -> {
          if (entry == DONE || (entry instanceof RevokeRun<?> run && !hasSucceeded(run))) {
            ids.add(id);
          }
        });
    return ids;
  }

  private static boolean hasSucceeded(Attempt<?> attempt) {
    return attempt.verdict() == Attempt.SUCCESS;
  }

  @Override
  long count(TaskState state) {
    return index.count(state, entries.mappingCount());
  }

  @SuppressWarnings("unchecked") // whatever is neither none nor DONE
  private Attempt<I> attempt(Object entry) {
    return (Attempt<I>) entry;
  }
}
