package dev.offload.async;

import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.threads.SideThreads;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the bodies of one manager run, and callbacks that the current thread must not wait for. */
final class ManagerThreads {
  private final Executor bodies;
  private final @Nullable ContextCarrier carrier;

  /** Set if this manager owns the threads of its bodies, which then end with it. */
  private final @Nullable BodyThreads own;

  private final SideThreads side;

  ManagerThreads(SideThreads side, @Nullable Executor given, @Nullable ContextCarrier carrier) {
    this.side = side;
    this.carrier = carrier;
    if (given != null) {
      this.own = null;
      this.bodies = given;
    } else {
      BodyThreads threads = BodyThreads.create();
      this.own = threads;
      this.bodies = threads.executor();
    }
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
    return new OffloadFuture<>(job, joined, side);
  }

  SideThreads side() {
    return side;
  }

  /** Called when nothing is left to run; may be called by one of the threads. */
  void release() {
    if (own != null) {
      own.shutdown().run();
    }
  }
}
