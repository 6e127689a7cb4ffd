package dev.offload.coroutines.internal.time;

import dev.offload.coroutines.internal.threads.Log;
import java.time.Duration;

/** Runs short tasks later: time limits and reports. */
public interface OffloadTimer {

  /** Runs {@code task} once after {@code delay}. The task must neither block nor throw. */
  Task schedule(Duration delay, Runnable task);

  /** Whether the time is a test's: then all is done in one thread, in the same order each time. */
  default boolean isVirtual() {
    return false;
  }

  /** Takes a task back from a clock, which may be the user's; what it throws is logged. */
  static void cancel(Task task) {
    try {
      task.cancel();
    } catch (Throwable e) { // at worst it runs, and finds nothing to do
      Log.warn("a timer could not be taken back", e);
    }
  }

  /** A task to come. */
  interface Task {

    /** Takes the task back if it has not run; cheap, and free of effect otherwise. */
    void cancel();
  }
}
