package dev.offload.coroutines.internal;

import dev.offload.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is asked about all tasks of a table and would need a walk through it: those that FAILED, so
 * that listing them costs what the list is long, and the number of successes. What is neither is
 * WORKING.
 *
 * <p>A plain number and no adder of many cells: each task passes the gate of its scope anyway,
 * which is one word.
 */
final class TaskIndex<I> {
  /** With the id, which need not be fetched from the run to list it. */
  private final ConcurrentHashMap<TaskRun<I>, I> failed = new ConcurrentHashMap<>();

  private final AtomicLong succeeded = new AtomicLong();

  /** A task has succeeded. */
  void succeeded() {
    succeeded.getAndIncrement();
  }

  /** A success was revoked or dropped. */
  void succeededNoMore() {
    succeeded.getAndDecrement();
  }

  /** A task is about to be FAILED by this run. */
  void failing(TaskRun<I> run) {
    failed.put(run, run.id);
  }

  /** A task is no longer FAILED by this run. */
  void failedNoMore(TaskRun<I> run) {
    failed.remove(run);
  }

  /** How many of so many tasks are in the state. */
  long count(TaskState state, long all) {
    return switch (state) {
      case FAILED -> failed.size();
      case SUCCEEDED -> Math.max(0, succeeded.get());
      default -> Math.max(0, all - succeeded.get() - failed.size());
    };
  }

  /** The ids FAILED; each that was so all the time, and perhaps others that came or went. */
  List<I> failed() {
    return new ArrayList<>(failed.values());
  }
}
