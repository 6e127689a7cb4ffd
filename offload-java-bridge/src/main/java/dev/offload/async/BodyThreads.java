package dev.offload.async;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The threads on which blocking bodies run if the user gives no executor. */
final class BodyThreads {
  private static final int LEAST_POOL_SIZE = 64;
  private static final long IDLE_SECONDS = 10;

  private BodyThreads() {}

  /**
   * A virtual thread for each body where the JVM has them, else a bounded pool of daemon threads.
   */
  static ExecutorService create() {
    try {
      return (ExecutorService)
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class))
              .invoke();
    } catch (Throwable e) { // a JVM before 21
      return boundedPool();
    }
  }

  private static ExecutorService boundedPool() {
    int size = Math.max(LEAST_POOL_SIZE, Runtime.getRuntime().availableProcessors());
    AtomicLong number = new AtomicLong(1);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread
                  thread = // No inherited thread locals: they would be those of whoever came first.
                  new Thread(null, task, "offload-body-" + number.getAndIncrement(), 0, false);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
