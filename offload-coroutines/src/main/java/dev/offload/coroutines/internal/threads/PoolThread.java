package dev.offload.coroutines.internal.threads;

import org.jspecify.annotations.Nullable;

/** A thread of a pool that makes up for those of its threads which wait. */
public interface PoolThread {
  /** What the thread runs now. Only for code which that runs. */
  Run running();

  /** What the thread at hand runs for such a pool; null if it is no thread of one. */
  static @Nullable Run current() {
    return Thread.currentThread() instanceof PoolThread thread ? thread.running() : null;
  }

  /**
   * One task. Waits that nest, or are those of several coroutines, count as one. Kept apart from
   * the thread: the wait of a coroutine may end elsewhere, and when the task is over.
   */
  interface Run {
    /** The task begins to wait. */
    void beginWait();

    /** One of its waits is over; once for each that began. */
    void endWait();
  }
}
