package dev.offload.async;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads on which blocking bodies run if the user gives no executor.
 *
 * @param executor runs the bodies
 * @param shutdown ends the threads when nothing is left to run
 */
record BodyThreads(Executor executor, Runnable shutdown) {
  private static final int LEAST_POOL_SIZE = 64;
  private static final Duration IDLE = Duration.ofSeconds(10);

  /** A virtual thread for each body where the JVM has them, else a pool of daemon threads. */
  static BodyThreads create() {
    ExecutorService threads;
    try {
      threads =
          (ExecutorService)
              MethodHandles.publicLookup()
                  .findStatic(
                      Executors.class,
                      "newVirtualThreadPerTaskExecutor",
                      MethodType.methodType(ExecutorService.class))
                  .invoke();
    } catch (Throwable e) { // a JVM before 21
      return pool(Math.max(LEAST_POOL_SIZE, Runtime.getRuntime().availableProcessors()), IDLE);
    }
    return new BodyThreads(threads, threads::shutdown);
  }

  /** So many threads for bodies that do not wait, and one for each that waits. */
  static BodyThreads pool(int size, Duration idle) {
    BodyPool pool = new BodyPool(size, idle);
    return new BodyThreads(pool, pool::shutdown);
  }
}
