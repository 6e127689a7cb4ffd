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
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
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
 *  a run, succeeded      SUCCEEDED   settle                    -> SUCCEEDED
 *  a run, failed         FAILED      settle                    -> FAILED
 *  FAILED                FAILED      begin(run)                -> the run
 *                                    forget                    -> none
 *  SUCCEEDED             SUCCEEDED   begin(revoke)             -> the revoke
 *                                    drop                      -> none
 *  a revoke, open        SUCCEEDED   the decision of its job   (the entry stays)
 *  a revoke, succeeded   NOT_FOUND   settle                    -> none
 *  a revoke, failed      SUCCEEDED   settle                    -> SUCCEEDED
 * </pre>
 *
 * <p>A task's state is one entry of one map, so each operation on an id is one atomic step: of the
 * map, or of the job that decides an attempt. An entry moves on only from the very object that was
 * read, and an attempt's decision never changes; so a success is recorded once, revoked once, and
 * nothing sticks. Whoever meets a decided attempt settles it before going on. What is past is the
 * state itself: it costs the map's entry, and to ask for it is to get it.
 *
 * <p>The causes of failures are in a map beside it. A task comes to be FAILED, and is so no more,
 * with the map's lock for its id held, and its cause is put and taken out there: it has one exactly
 * while its entry is FAILED. The count of successes follows: {@code launch}, or who settles,
 * answers after it. With a watcher, all steps are made with that lock held and put into the feed
 * there, so that each id's events are in order; the watchers are told after it, those of an end
 * when its callers are.
 */
final class TaskTable<I> extends TaskStates<I> {
  private final ConcurrentHashMap<I, Object> entries = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<I, Throwable> causes = new ConcurrentHashMap<>();

  /** Decided attempts whose ids threw as they were looked for. */
  private final Queue<Attempt<I>> unsettled = new ConcurrentLinkedQueue<>();

  /** A plain number, not one in stripes: each task passes the gate of its scope anyway. */
  private final AtomicLong succeeded = new AtomicLong();

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
    if (!feed.isOn() && entries.putIfAbsent(run.id, run) == null) { // as nearly always
      return null;
    }
    TaskState forbids = beginAgain(run);
    tellFeed();
    return forbids;
  }

  @Override
  void tellFeed() {
    if (feed.isOn()) {
      feed.tell();
    }
  }

  private @Nullable TaskState beginAgain(TaskRun<I> run) {
    while (!move(run.id, null, run, NOT_FOUND, WORKING)) {
      Object entry = entries.get(run.id);
      if (entry == SUCCEEDED) {
        return SUCCEEDED;
      }
      if (entry == FAILED && move(run.id, FAILED, run, FAILED, WORKING)) {
        return null;
      }
      if (entry instanceof Attempt<?>) {
        Attempt<I> other = asAttempt(entry);
        if (other.verdict() == null) {
          return other instanceof RevokeRun ? SUCCEEDED : WORKING;
        }
        settle(other);
      }
    }
    return null;
  }

  @Override
  @Nullable RevokeOutcome<@Nullable Object> begin(RevokeRun<I> run) {
    while (true) {
      Object entry = entries.get(run.id);
      if (entry == null || entry == FAILED) {
        return new RevokeOutcome.NotSucceeded<>(entry == null ? NOT_FOUND : FAILED);
      }
      if (entry == SUCCEEDED) {
        if (move(run.id, SUCCEEDED, run, SUCCEEDED, SUCCEEDED)) {
          return null;
        }
        continue;
      }
      Attempt<I> other = asAttempt(entry);
      if (other.verdict() == null) {
        return other instanceof RevokeRun
            ? new RevokeOutcome.AlreadyRevoking<>()
            : new RevokeOutcome.NotSucceeded<>(WORKING);
      }
      settle(other);
    }
  }

  @Override
  void settle(Attempt<I> attempt) {
    apply(attempt);
    tellFeed();
  }

  private void apply(Attempt<I> attempt) {
    Object verdict = attempt.verdictNow();
    if (verdict == null) {
      return;
    }
    boolean hasSucceeded = verdict == Attempt.SUCCESS;
    if (attempt instanceof RevokeRun) {
      TaskState to = hasSucceeded ? NOT_FOUND : SUCCEEDED;
      if (move(attempt.id, attempt, hasSucceeded ? null : to, SUCCEEDED, to) && hasSucceeded) {
        succeeded.getAndDecrement();
      }
    } else if (hasSucceeded) {
      if (move(attempt.id, attempt, SUCCEEDED, WORKING, SUCCEEDED)) {
        succeeded.getAndIncrement();
      }
    } else {
      move(attempt.id, attempt, FAILED, WORKING, FAILED, (Throwable) verdict);
    }
  }

  @Override
  void decided(Attempt<I> attempt) {
    if (!trySettle(attempt)) {
      unsettled.add(attempt);
    }
  }

  /** False if the id threw. The attempt's own verdict is what its task's state reads meanwhile. */
  private boolean trySettle(Attempt<I> attempt) {
    try {
      apply(attempt);
      return true;
    } catch (Throwable e) {
      Log.warn("the id of a task threw, it will be asked again", e);
      return false;
    }
  }

  /** Asks the ids again that threw. */
  private void settleLate() {
    for (int left = unsettled.size(); left > 0; left--) {
      Attempt<I> attempt = unsettled.poll();
      if (attempt != null) {
        decided(attempt);
      }
    }
  }

  @Override
  void fail(Attempt<I> attempt, Throwable cause) {
    attempt.write(cause);
    decided(attempt);
    tellFeed();
  }

  /** Puts {@code to} in the place of {@code from}; null stands for none. */
  private boolean move(
      I id, @Nullable Object from, @Nullable Object to, TaskState state, TaskState next) {
    return move(id, from, to, state, next, null);
  }

  private boolean move(
      I id,
      @Nullable Object from,
      @Nullable Object to,
      TaskState state,
      TaskState next,
      @Nullable Throwable cause) {
    boolean told = feed.isOn() && state != next;
    if (!told && cause == null && from != FAILED) {
      return swap(id, from, to);
    }
    boolean[] moved = {false};
    entries.compute(
        id,
        (key, entry) -> {
          if (entry != from) {
            return entry;
          }
          moved[0] = true;
          if (cause != null) {
            causes.put(key, cause);
          } else if (from == FAILED) {
            causes.remove(key);
          }
          if (told) {
            feed.add(key, state, next);
          }
          return to;
        });
    return moved[0];
  }

  private boolean swap(I id, @Nullable Object from, @Nullable Object to) {
    if (from == null) {
      return to != null && entries.putIfAbsent(id, to) == null;
    }
    return to == null ? entries.remove(id, from) : entries.replace(id, from, to);
  }

  @Override
  TaskState state(I id) {
    Object entry = entries.get(id);
    if (entry instanceof TaskState state) {
      return state;
    }
    return entry == null ? NOT_FOUND : asAttempt(entry).state();
  }

  @Override
  @Nullable Attempt<I> attempt(I id) {
    Object entry = entries.get(id);
    return entry instanceof Attempt<?> ? asAttempt(entry) : null;
  }

  @Override
  @Nullable Throwable failure(I id) {
    Object entry = entries.get(id);
    if (entry instanceof TaskRun<?> run) {
      return run.verdict() instanceof Throwable cause ? cause : null;
    }
    if (entry != FAILED) {
      return null;
    }
    Throwable cause = causes.get(id);
    if (cause == null) {
      entries.computeIfPresent(id, (key, locked) -> locked); // it leaves FAILED: until it has
    }
    return cause;
  }

  @Override
  boolean forget(I id) {
    if (entries.get(id) instanceof TaskRun<?> run) {
      settle(asAttempt(run));
    }
    boolean forgotten = move(id, FAILED, null, FAILED, NOT_FOUND);
    tellFeed();
    return forgotten;
  }

  @Override
  boolean drop(I id) {
    Object entry = entries.get(id);
    if (entry instanceof Attempt<?>) {
      settle(asAttempt(entry));
    }
    if (!move(id, SUCCEEDED, null, SUCCEEDED, NOT_FOUND)) {
      return false;
    }
    succeeded.getAndDecrement();
    tellFeed();
    return true;
  }

  @Override
  List<I> tasks(TaskState state) {
    settleLate();
    return switch (state) {
      case WORKING -> working();
      case FAILED -> new ArrayList<>(causes.keySet());
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
          if (entry == SUCCEEDED
              || (entry instanceof RevokeRun<?> run && run.state() == SUCCEEDED)) {
            ids.add(id);
          }
        });
    return ids;
  }

  @Override
  long count(TaskState state) {
    settleLate();
    long failed = causes.mappingCount();
    return switch (state) {
      case FAILED -> failed;
      case SUCCEEDED -> Math.max(0, succeeded.get());
      default -> Math.max(0, entries.mappingCount() - succeeded.get() - failed);
    };
  }

  @SuppressWarnings("unchecked") // whatever is neither none nor a state
  private Attempt<I> asAttempt(Object entry) {
    return (Attempt<I>) entry;
  }
}
