package dev.offload.coroutines.internal.threads;

import org.jspecify.annotations.Nullable;

/**
 * Creates threads that inherit nothing from the thread that happened to need one: no inheritable
 * thread locals, and a known context class loader: that of the thread that created the manager,
 * which is the application's, or for the library's own threads the library's.
 */
public final class OwnThreads {
  private final @Nullable ClassLoader loader;

  private OwnThreads(@Nullable ClassLoader loader) {
    this.loader = loader;
  }

  /** Threads for what the calling thread creates. */
  public static OwnThreads ofCaller() {
    return new OwnThreads(Thread.currentThread().getContextClassLoader());
  }

  /** Threads of the library itself. */
  static OwnThreads ofLibrary() {
    return new OwnThreads(OwnThreads.class.getClassLoader());
  }

  /** An unstarted platform thread. */
  public Thread make(String name, boolean daemon, Runnable task) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(daemon);
    reset(thread);
    return thread;
  }

  /** Restores the thread's context class loader, which an earlier task may have changed. */
  public void reset(Thread thread) {
    if (thread.getContextClassLoader() != loader) {
      thread.setContextClassLoader(loader);
    }
  }
}
