package dev.offload.async;

import dev.offload.coroutines.internal.JobBody;
import dev.offload.coroutines.internal.JobCell;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the bodies of one manager run, and callbacks which the thread at hand must not wait for.
 */
final class ManagerThreads {
  private static final long IDLE_SECONDS = 5;

  private final Executor bodies;
  private final @Nullable ContextCarrier carrier;

  /** Set if the threads of the bodies are this manager's own, and so end with it. */
  private final @Nullable ExecutorService own;

  private final ThreadPoolExecutor callbacks;

  ManagerThreads(String managerName, @Nullable Executor given, @Nullable ContextCarrier carrier) {
    this.carrier = carrier;
    if (given != null) {
      this.own = null;
      this.bodies = given;
    } else {
      ExecutorService threads = BodyThreads.create();
      this.own = threads;
      this.bodies = threads;
    }
    this.callbacks =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(null, task, "offload-callback-" + managerName, 0, false);
              thread.setDaemon(true);
              return thread;
            },
            (task, pool) -> task.run()); // the manager has ended meanwhile
  }

  <T extends @Nullable Object> JobBody<T> blocking(Callable<? extends T> body) {
    return new BlockingBody<>(CarriedCall.of(carrier, body), bodies);
  }

  <T extends @Nullable Object> JobBody<T> stage(
      Supplier<? extends CompletionStage<? extends T>> body, boolean borrowed) {
    Callable<@Nullable CompletionStage<? extends T>> code = body::get;
    return new StageBody<>(CarriedCall.of(carrier, code), bodies, borrowed);
  }

  <T extends @Nullable Object> OffloadFuture<T> future(JobCell<T> job, boolean joined) {
    return new OffloadFuture<>(job, joined, callbacks);
  }

  Executor callbacks() {
    return callbacks;
  }

  /** Nothing is left to run; may be called by one of the threads. */
  void release() {
    callbacks.shutdown();
    if (own != null) {
      own.shutdown();
    }
  }
}
