package dev.offload.coroutines.internal.time;

import dev.offload.coroutines.internal.threads.Log;
import java.time.Duration;

/** Runs short tasks later: time limits and reports. */
public interface OffloadTimer {

  /** Runs {@code task} once after {@code delay}. The task must neither block nor throw. */
  Task schedule(Duration delay, Runnable task);

  /** Whether the time is virtual: then everything runs in one thread, in a deterministic order. */
  default boolean isVirtual() {
    return false;
  }

  /** Cancels a task on a clock that may be the user's; exceptions are logged. */
  static void cancel(Task task) {
    try {
      task.cancel();
    } catch (Throwable e) { // at worst it runs, and finds nothing to do
      Log.warn("a timer could not be taken back", e);
    }
  }

  /** A scheduled task. */
  interface Task {

    /** Cancels the task if it has not run; cheap, and without effect otherwise. */
    void cancel();
  }
}
