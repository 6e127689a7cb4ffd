package dev.offload.coroutines.internal.recorder;

import static dev.offload.TaskState.FAILED;
import static dev.offload.TaskState.NOT_FOUND;
import static dev.offload.TaskState.SUCCEEDED;
import static dev.offload.TaskState.WORKING;

import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.recorder.KeptValues.Success;
import dev.offload.coroutines.internal.threads.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
 *  a run, succeeded      SUCCEEDED   settle                    -> SUCCEEDED, or a Success
 *  a run, failed         FAILED      settle                    -> FAILED
 *  FAILED                FAILED      begin(run)                -> the run
 *                                    forget                    -> none
 *  SUCCEEDED, or, if
 *   values are kept, a
 *   Success              SUCCEEDED   begin(revoke)             -> the revoke
 *                                    drop                      -> none
 *  a revoke, open        SUCCEEDED   the decision of its job   (the entry stays)
 *  a revoke, succeeded   NOT_FOUND   settle                    -> none
 *  a revoke, failed      SUCCEEDED   settle                    -> what the revoke replaced
 * </pre>
 *
 * <p>A task's state is one entry of one map, so each operation on an id is one atomic step: of the
 * map, or of the job that decides an attempt. An entry is replaced only if it is still the object
 * that was read, and an attempt's decision never changes; so a success is recorded once, revoked
 * once, and nothing gets stuck. An operation that meets a decided attempt settles it first. The
 * past is the state itself: it costs the map entry, and a query only reads it.
 *
 * <p>The causes of failures are in a second map. A task becomes FAILED, and ceases to be, with the
 * first map's lock for its id held, and its cause is added and removed there: it has one exactly
 * while its entry is FAILED. The count of successes follows: {@code launch}, or the settling
 * thread, returns after it. If there is a watcher, all steps but the first of a run are made with
 * that lock held and added to the feed there, so that each id's events are in order; the watchers
 * are notified afterwards, those of an end when its callers are.
 *
 * <p>A new watcher is notified of all that follows its {@link #look}, although steps are made
 * without the lock while there are no watchers, and one that checked for watchers earlier may be in
 * progress:
 *
 * <ul>
 *   <li>The first step of a run checks for watchers after it is made, and is added to the feed
 *       then. The run has no job before that, so it makes no other step, and the look waits for the
 *       job of each run it meets: so the look comes later in the feed, or did not meet the run, of
 *       which its watcher is notified then. (If it were made with the lock held, both could miss
 *       it: the map shows no entry while one is computed where there was none.)
 *   <li>The end of an attempt takes effect with the decision. The look finds an attempt decided,
 *       with the lock held, and settles it itself; or open, and then all that settle it check for
 *       watchers later.
 *   <li>All other steps check with the lock held: they are seen by a later look, or see its
 *       watcher.
 * </ul>
 */
final class TaskTable<I> extends TaskStates<I> {
  private final ConcurrentHashMap<I, Object> entries = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<I, Throwable> causes = new ConcurrentHashMap<>();

  /** Decided attempts whose ids threw when looked up. */
  private final Queue<Attempt<I>> unsettled = new ConcurrentLinkedQueue<>();

  /** A plain counter rather than a striped one: each task passes the gate of its scope anyway. */
  private final AtomicLong succeeded = new AtomicLong();

  private final @Nullable KeptValues kept;
  private final TaskFeed<I> feed;
  private final Supplier<? extends Collection<I>> inFlight;

  /**
   * Creates an empty table.
   *
   * @param inFlight the ids whose jobs are in flight: of all tasks that are WORKING, from some time
   *     before their {@code launch} returns, and perhaps of others
   * @param kept where to keep values; null for nowhere
   */
  TaskTable(
      TaskFeed<I> feed, Supplier<? extends Collection<I>> inFlight, @Nullable KeptValues kept) {
    this.kept = kept;
    this.feed = feed;
    this.inFlight = inFlight;
  }

  @Override
  @Nullable TaskState begin(TaskRun<I> run) {
    if (entries.putIfAbsent(run.id, run) == null) { // the usual case
      tellBegun(run);
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

  /** Reports the first step of a run, which was just made. */
  private void tellBegun(TaskRun<I> run) {
    if (feed.isOn()) {
      feed.add(run.id, NOT_FOUND, WORKING);
      feed.tell();
    }
  }

  private @Nullable TaskState beginAgain(TaskRun<I> run) {
    while (entries.putIfAbsent(run.id, run) != null) {
      Object entry = entries.get(run.id);
      if (isSuccess(entry)) {
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
    tellBegun(run);
    return null;
  }

  @Override
  @Nullable RevokeOutcome<@Nullable Object> begin(RevokeRun<I> run) {
    while (true) {
      Object entry = entries.get(run.id);
      if (entry == null || entry == FAILED) {
        return new RevokeOutcome.NotSucceeded<>(entry == null ? NOT_FOUND : FAILED);
      }
      if (isSuccess(entry)) {
        run.success = entry;
        if (move(run.id, entry, run, SUCCEEDED, SUCCEEDED)) {
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
    if (attempt instanceof RevokeRun<I> revoke) {
      Object success = revoke.success;
      if (!hasSucceeded) {
        move(attempt.id, attempt, success, SUCCEEDED, SUCCEEDED);
      } else if (move(attempt.id, attempt, null, SUCCEEDED, NOT_FOUND)) {
        isGone(success);
      }
    } else if (hasSucceeded) {
      Object success = kept == null ? SUCCEEDED : kept.success(attempt.job());
      if (move(attempt.id, attempt, success, WORKING, SUCCEEDED)) {
        succeeded.getAndIncrement();
        if (kept != null && success instanceof Success recorded) {
          kept.add(recorded);
        }
      }
    } else {
      move(attempt.id, attempt, FAILED, WORKING, FAILED, (Throwable) verdict);
    }
  }

  private static boolean isSuccess(@Nullable Object entry) {
    return entry == SUCCEEDED || entry instanceof Success;
  }

  /** A success was removed. */
  private void isGone(@Nullable Object success) {
    succeeded.getAndDecrement();
    if (success instanceof Success recorded) {
      recorded.letGo();
    }
  }

  @Override
  void decided(Attempt<I> attempt) {
    if (!trySettle(attempt)) {
      unsettled.add(attempt);
    }
  }

  /**
   * False if the id threw. Meanwhile the state of its task is read from the attempt's own verdict.
   */
  private boolean trySettle(Attempt<I> attempt) {
    try {
      apply(attempt);
      return true;
    } catch (Throwable e) {
      Log.warn("the id of a task threw, it will be asked again", e);
      return false;
    }
  }

  /** Retries the attempts whose ids threw. */
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

  /** Replaces {@code from} by {@code to}; null stands for none. */
  private boolean move(I id, Object from, @Nullable Object to, TaskState state, TaskState next) {
    return move(id, from, to, state, next, null);
  }

  private boolean move(
      I id,
      Object from,
      @Nullable Object to,
      TaskState state,
      TaskState next,
      @Nullable Throwable cause) {
    boolean drops = to == null && !(from instanceof Attempt);
    if (!feed.isOn() && cause == null && from != FAILED && !drops) {
      return to == null ? entries.remove(id, from) : entries.replace(id, from, to);
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
          if (state != next && feed.isOn()) {
            feed.add(key, state, next);
          }
          return to;
        });
    return moved[0];
  }

  @Override
  TaskState state(I id) {
    Object entry = entries.get(id);
    if (entry instanceof TaskState state) {
      return state;
    }
    if (entry == null) {
      return NOT_FOUND;
    }
    return entry instanceof Success ? SUCCEEDED : asAttempt(entry).state();
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
      entries.computeIfPresent(id, (key, locked) -> locked); // waits until it has left FAILED
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
      entry = entries.get(id);
    }
    if (entry == null || !isSuccess(entry) || !move(id, entry, null, SUCCEEDED, NOT_FOUND)) {
      return false;
    }
    isGone(entry);
    tellFeed();
    return true;
  }

  @Override
  int dropOlderThan(Duration age) {
    if (kept == null) {
      throw new IllegalStateException(
          "the recorder keeps no ages: make it with KeepValues, or say which ids to drop");
    }
    long nanos = age.toNanos();
    int dropped = 0;
    for (Map.Entry<I, Object> each : entries.entrySet()) {
      if (each.getValue() instanceof Success success
          && kept.isOlderThan(success, nanos)
          && move(each.getKey(), success, null, SUCCEEDED, NOT_FOUND)) {
        isGone(success);
        dropped++;
      }
    }
    tellFeed();
    return dropped;
  }

  @Override
  @Nullable JobCell<?> kept(I id) {
    if (kept == null) {
      return null;
    }
    Object entry = entries.get(id);
    if (entry instanceof TaskRun<?> run) {
      settle(asRun(run));
      entry = entries.get(id);
    }
    Object success = entry instanceof RevokeRun<?> revoke ? revoke.success : entry;
    return success instanceof Success recorded ? kept.jobOf(recorded) : null;
  }

  @Override
  void look(TaskViewer<I> viewer) {
    for (I id : entries.keySet()) {
      while (!sees(viewer, id)) {
        Attempt<I> decided = attempt(id);
        if (decided != null) {
          settle(decided);
        }
      }
    }
    feed.addEndOfLook(viewer);
    feed.tell();
  }

  /** Shows the viewer one task; false if its entry is an attempt that has to be settled first. */
  private boolean sees(TaskViewer<I> viewer, I id) {
    Object found = entries.get(id);
    if (found == null || isSuccess(found)) {
      return true; // not part of the view
    }
    if (found instanceof Attempt<?>) {
      JobCell<?> unused = asAttempt(found).job();
    }
    boolean[] seen = {true};
    entries.computeIfPresent(
        id,
        (key, entry) -> {
          if (entry instanceof Attempt<?> attempt && attempt.isDecidedOrUnmade()) {
            seen[0] = false;
          } else if (entry instanceof TaskRun || entry == FAILED) {
            feed.addLook(viewer, key, entry == FAILED ? FAILED : WORKING);
          }
          return entry;
        });
    return seen[0];
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
          if (isSuccess(entry) || (entry instanceof RevokeRun<?> run && run.state() == SUCCEEDED)) {
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

  @SuppressWarnings("unchecked") // of this table
  private TaskRun<I> asRun(TaskRun<?> run) {
    return (TaskRun<I>) run;
  }

  @SuppressWarnings("unchecked") // anything that is neither none nor a state
  private Attempt<I> asAttempt(Object entry) {
    return (Attempt<I>) entry;
  }
}
