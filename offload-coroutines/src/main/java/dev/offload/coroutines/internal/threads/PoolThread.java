package dev.offload.coroutines.internal.threads;

import org.jspecify.annotations.Nullable;

/** A thread of a pool that compensates for its waiting threads. */
public interface PoolThread {
  /** The task the thread runs now. Only for code within that task. */
  Run running();

  /** The task of such a pool that the current thread runs; null if it is not a thread of one. */
  static @Nullable Run current() {
    return Thread.currentThread() instanceof PoolThread thread ? thread.running() : null;
  }

  /**
   * One task. Waits that nest, or belong to several coroutines, count as one. Separate from the
   * thread: the wait of a coroutine may end elsewhere, and after the task is over.
   */
  interface Run {
    /** The task begins to wait. */
    void beginWait();

    /** One of its waits is over; called once for each that began. */
    void endWait();
  }
}
