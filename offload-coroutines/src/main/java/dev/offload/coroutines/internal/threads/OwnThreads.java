package dev.offload.coroutines.internal.threads;

import org.jspecify.annotations.Nullable;

/**
 * Makes threads that have nothing of whoever happened to be there when one was needed: no
 * inheritable thread locals, and the context class loader of the thread that made the manager,
 * which is the application's.
 */
public final class OwnThreads {
  private final @Nullable ClassLoader loader;

  private OwnThreads(@Nullable ClassLoader loader) {
    this.loader = loader;
  }

  /** Threads of what the calling thread makes. */
  public static OwnThreads ofCaller() {
    return new OwnThreads(Thread.currentThread().getContextClassLoader());
  }

  /** Threads of the library itself. */
  static OwnThreads ofLibrary() {
    return new OwnThreads(OwnThreads.class.getClassLoader());
  }

  /** A platform thread, not started. */
  public Thread make(String name, boolean daemon, Runnable task) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(daemon);
    reset(thread);
    return thread;
  }

  /** Gives a thread its context class loader, which a task before may have changed. */
  public void reset(Thread thread) {
    if (thread.getContextClassLoader() != loader) {
      thread.setContextClassLoader(loader);
    }
  }
}
