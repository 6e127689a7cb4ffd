package dev.offload.coroutines.internal;

import dev.offload.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is asked about all tasks of a table: those WORKING and those that FAILED, so that listing
 * them costs what the list is long, and the number of successes. What is neither is WORKING.
 *
 * <p>A task that succeeds, as most do, passes through here by one CAS and one count. Each of them
 * also passes the gate of its scope, which is one word, so there is nothing to stripe.
 */
final class TaskIndex<I> {
  private final OpenRuns<I> open = new OpenRuns<>();

  /** With the id, which need not be fetched from the run to list it. */
  private final ConcurrentHashMap<TaskRun<I>, I> failed = new ConcurrentHashMap<>();

  private final LongAdder succeeded = new LongAdder();

  /** A task is WORKING by this run. */
  void began(TaskRun<I> run) {
    open.push(run);
  }

  /** A task has succeeded. */
  void succeeded() {
    succeeded.increment();
    open.decided();
  }

  /** A success was revoked or dropped. */
  void succeededNoMore() {
    succeeded.decrement();
  }

  /** A task is about to be FAILED by this run. */
  void failing(TaskRun<I> run) {
    failed.put(run, run.id);
  }

  /** A task has failed. */
  void hasFailed() {
    open.decided();
  }

  /** A task is no longer FAILED by this run. */
  void failedNoMore(TaskRun<I> run) {
    failed.remove(run);
  }

  /** How many of so many tasks are in the state. */
  long count(TaskState state, long all) {
    return switch (state) {
      case FAILED -> failed.size();
      case SUCCEEDED -> Math.max(0, succeeded.sum());
      default -> Math.max(0, all - succeeded.sum() - failed.size());
    };
  }

  /** The ids WORKING; each that was so all the time, and perhaps others that came or went. */
  List<I> working() {
    List<I> ids = new ArrayList<>();
    open.addTo(ids);
    return ids;
  }

  /** The ids FAILED, as {@link #working()}. */
  List<I> failed() {
    return new ArrayList<>(failed.values());
  }
}
