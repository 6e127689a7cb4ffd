package dev.offload.async;

import dev.offload.coroutines.internal.job.JobCell;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A body that blocks a thread until it has its result. */
final class BlockingBody<T extends @Nullable Object> extends InterruptibleBody<T, T> {
  BlockingBody(Callable<? extends T> code, Executor executor) {
    super(code, executor);
  }

  @Override
  void returned(T result, JobCell<T> running) {
    running.succeed(result);
  }
}
