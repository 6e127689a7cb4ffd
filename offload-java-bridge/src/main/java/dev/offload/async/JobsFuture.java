package dev.offload.async;

import dev.offload.coroutines.internal.WaitEdge;
import dev.offload.coroutines.internal.WaitTarget;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A future that is no lease, but comes of jobs: a body that blocks on it is noted as waiting. */
abstract class JobsFuture<T extends @Nullable Object> extends CompletableFuture<T> {

  /** What a body that blocks on this future waits for. */
  abstract WaitTarget target();

  private @Nullable WaitEdge begin() {
    return isDone() ? null : BodyWait.begin(target());
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    WaitEdge edge = begin();
    try {
      return super.get();
    } finally {
      BodyWait.end(edge);
    }
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    WaitEdge edge = begin();
    try {
      return super.get(timeout, unit);
    } finally {
      BodyWait.end(edge);
    }
  }

  @Override
  public T join() {
    WaitEdge edge = begin();
    try {
      return super.join();
    } finally {
      BodyWait.end(edge);
    }
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
