package dev.offload.async;

import dev.offload.OffloadCycleException;
import dev.offload.coroutines.internal.job.CurrentJob;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.WaitEdge;
import dev.offload.coroutines.internal.job.WaitGraph;
import dev.offload.coroutines.internal.job.WaitTarget;
import dev.offload.coroutines.internal.threads.PoolThread;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A wait that blocks a thread. If that thread runs a body, the wait is registered with its job, and
 * with the pool of the thread, which compensates for it. Belongs to that thread.
 *
 * <p>A cancelled body should end, and does not start to wait. One that waits when it is cancelled
 * is interrupted after the cancellation is decided: so a thread that checks before it blocks, and
 * again when it is interrupted, misses no cancellation.
 */
final class BodyWait implements AutoCloseable {
  /**
   * Something that does not depend on a job, such as room in a queue: such a wait makes no edge.
   */
  static final WaitTarget NO_JOB = to -> {};

  private static final String CANCELLED = "the job whose body waits here was cancelled";

  private final @Nullable WaitEdge edge;
  private final PoolThread.@Nullable Run run;

  /** Completed when the wait is over, or refused after it began. */
  private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

  private volatile @Nullable OffloadCycleException refused;

  private BodyWait(@Nullable WaitEdge edge, PoolThread.@Nullable Run run) {
    this.edge = edge;
    this.run = run;
  }

  /** Throws if this thread runs a cancelled body, as if its interrupt came only now. */
  static void throwIfInterrupted() throws InterruptedException {
    if (isInBodyToEnd()) {
      boolean unused = Thread.interrupted(); // it is thrown instead
      throw new InterruptedException(CANCELLED);
    }
  }

  /** As {@link #throwIfInterrupted}, for waits that an interrupt does not end. */
  static void throwIfCancelled() {
    if (isInBodyToEnd()) {
      throw new CancellationException(CANCELLED);
    }
  }

  private static boolean isInBodyToEnd() {
    JobCell<?> job = CurrentJob.get();
    return job != null && job.isInterrupted();
  }

  /**
   * Starts a wait, until {@link #close()}; null if it does not have to be registered.
   *
   * @throws OffloadCycleException if the body would wait for itself
   */
  static @Nullable BodyWait begin(WaitTarget target) {
    JobCell<?> waiting = target == NO_JOB ? null : CurrentJob.get();
    PoolThread.Run run = PoolThread.current();
    if (waiting == null && run == null) {
      return null;
    }
    WaitEdge edge = waiting == null ? null : WaitGraph.begin(waiting, target);
    if (edge != null) {
      edge.letGo(); // a cancel interrupts this thread, now or when it blocks
    }
    if (run != null) {
      run.beginWait();
    }
    return new BodyWait(edge, run);
  }

  /** As {@link WaitEdge#onRefused}. */
  void onRefused(Consumer<OffloadCycleException> action) {
    if (edge != null) {
      edge.onRefused(action);
    }
  }

  /** As {@code future.get()}, unless the wait is refused. */
  <T extends @Nullable Object> T get(CompletableFuture<T> future)
      throws InterruptedException, ExecutionException {
    try {
      var unused = either(future).get();
    } catch (ExecutionException | CancellationException e) {
      return future.get(); // it reports that better
    }
    throwIfRefused();
    return future.get();
  }

  /** As {@code future.get(timeout, unit)}, unless the wait is refused. */
  <T extends @Nullable Object> T get(CompletableFuture<T> future, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      var unused = either(future).get(timeout, unit);
    } catch (ExecutionException | CancellationException e) {
      return future.get();
    }
    throwIfRefused();
    return future.get();
  }

  /**
   * As {@code future.join()}, unless the wait is refused. Only the interrupt of a cancellation ends
   * it.
   */
  <T extends @Nullable Object> T join(CompletableFuture<T> future) {
    CompletableFuture<?> either = either(future);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          var unused = either.get();
          break;
        } catch (ExecutionException | CancellationException e) {
          return future.join();
        } catch (InterruptedException e) {
          interrupted = true;
          throwIfCancelled();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throwIfRefused();
    return future.join();
  }

  private CompletableFuture<?> either(CompletableFuture<?> future) {
    if (edge == null) {
      return future;
    }
    onRefused(
        because -> {
          refused = because;
          over.complete(null);
        });
    return CompletableFuture.anyOf(future, over);
  }

  private void throwIfRefused() {
    OffloadCycleException because = refused;
    if (because != null) {
      throw because;
    }
  }

  @Override
  public void close() {
    if (run != null) {
      run.endWait();
    }
    if (edge != null) {
      edge.close();
    }
    over.complete(null); // so the future drops its reference to this
  }
}
