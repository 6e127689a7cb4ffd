package dev.offload.async;

import dev.offload.coroutines.internal.threads.OwnThreads;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which blocking bodies run if the user provides no executor.
 *
 * @param executor runs the bodies
 * @param shutdown ends the threads when nothing is left to run
 */
record BodyThreads(Executor executor, Runnable shutdown) {
  private static final int LEAST_POOL_SIZE = 64;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final String NAME = "offload-body-";

  /** A virtual thread for each body where the JVM has them, else a pool of daemon threads. */
  static BodyThreads create() {
    ExecutorService threads = virtual();
    return threads == null
        ? pool(Math.max(LEAST_POOL_SIZE, Runtime.getRuntime().availableProcessors()), IDLE)
        : new BodyThreads(threads, threads::shutdown);
  }

  /** {@code size} threads for bodies that do not wait, and one for each that waits. */
  static BodyThreads pool(int size, Duration idle) {
    BodyPool pool = new BodyPool(size, idle);
    return new BodyThreads(pool, pool::shutdown);
  }

  /**
   * Virtual threads, numbered, which inherit nothing: the next body would otherwise inherit from
   * the thread whose job ended last. By reflection, as this is compiled for JVMs without them.
   *
   * @return null if the JVM has none
   */
  private static @Nullable ExecutorService virtual() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> virtualBuilder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object made =
          lookup
              .findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtualBuilder))
              .invoke();
      made =
          lookup
              .findVirtual(
                  builder, "name", MethodType.methodType(builder, String.class, long.class))
              .invoke(made, NAME, 1L);
      made =
          lookup
              .findVirtual(
                  builder,
                  "inheritInheritableThreadLocals",
                  MethodType.methodType(builder, boolean.class))
              .invoke(made, false);
      ThreadFactory factory =
          (ThreadFactory)
              lookup
                  .findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
                  .invoke(made);
      MethodHandle perTask =
          lookup.findStatic(
              Executors.class,
              "newThreadPerTaskExecutor",
              MethodType.methodType(ExecutorService.class, ThreadFactory.class));
      OwnThreads own = OwnThreads.ofCaller();
      ThreadFactory threads =
          task -> {
            Thread thread = factory.newThread(task);
            own.reset(thread);
            return thread;
          };
      return (ExecutorService) perTask.invoke(threads);
    } catch (Throwable e) { // a JVM before 21
      return null;
    }
  }
}
