package dev.offload.async;

import dev.offload.OffloadCycleException;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.WaitEdge;
import dev.offload.coroutines.internal.job.WaitGraph;
import dev.offload.coroutines.internal.threads.Log;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A body whose code starts asynchronous work, and which ends with the stage the code returns. No
 * thread waits for it.
 *
 * <pre>
 *  link       becomes    by
 *  ---------  ---------  ---------------------------------------------------------------------
 *  null       a Link     returned(): the stage is here
 *  null       STOPPED    stopBody(), while the code runs or before: returned() stops the stage
 *  a Link     STOPPED    stopBody(), which now stops the stage
 * </pre>
 *
 * <p>Of returned() and stopBody(), the later one finds what the earlier one left, so a stage is
 * stopped once and never forgotten. A stage that is not borrowed is cancelled; the body ends when
 * the stage is complete, even if it cannot be cancelled. A borrowed one is let go, which ends the
 * body at once.
 */
final class StageBody<T extends @Nullable Object>
    extends InterruptibleBody<T, @Nullable CompletionStage<? extends T>> {
  private static final Object STOPPED = "stopped";

  private final boolean borrowed;
  private final AtomicReference<@Nullable Object> link = new AtomicReference<>();

  StageBody(
      Callable<? extends @Nullable CompletionStage<? extends T>> code,
      Executor executor,
      boolean borrowed) {
    super(code, executor);
    this.borrowed = borrowed;
  }

  @Override
  void returned(@Nullable CompletionStage<? extends T> stage, JobCell<T> running) {
    if (stage == null) {
      running.fail(
          new NullPointerException(running.label() + ": its supplier answered null, not a stage"));
      return;
    }
    Link<T> here = new Link<>(running, stage);
    boolean stopped = !link.compareAndSet(null, here);
    try {
      here.noteWait(because -> here.refuse(because, !borrowed));
    } catch (OffloadCycleException e) {
      here.refuse(e, !borrowed);
      return;
    }
    if (stopped) {
      stop(here);
    }
    if (!stopped || !borrowed) {
      here.follow();
    }
  }

  @Override
  public void stopBody() {
    super.stopBody();
    if (link.getAndSet(STOPPED) instanceof Link<?> here) {
      stop(here);
    }
  }

  private void stop(Link<?> stopped) {
    if (borrowed) {
      stopped.end(null, new CancellationException("the job was cancelled"));
    } else {
      stopped.cancelStage();
    }
  }

  /** Hands the end of the stage to the job, once, and then drops its references to both. */
  private static final class Link<T extends @Nullable Object>
      implements BiConsumer<T, @Nullable Throwable> {
    private final AtomicReference<@Nullable JobCell<T>> job;
    private volatile @Nullable CompletionStage<? extends T> stage;
    private volatile @Nullable WaitEdge edge;

    Link(JobCell<T> job, CompletionStage<? extends T> stage) {
      this.job = new AtomicReference<>(job);
      this.stage = stage;
    }

    /** If the stage is a job's future, this job waits for that one, as with a join. */
    void noteWait(Consumer<OffloadCycleException> refuse) {
      JobCell<T> waiting = job.get();
      if (waiting != null && stage instanceof OffloadFuture<?> future && !future.isDone()) {
        WaitEdge begun = WaitGraph.begin(waiting, future.target());
        edge = begun;
        begun.letGo();
        begun.onRefused(refuse);
        if (job.get() == null) {
          closeEdge();
        }
      }
    }

    /** Ends the job with the stage; at once if the stage cannot report its end. */
    void follow() {
      CompletionStage<? extends T> followed = stage;
      try {
        if (followed != null) {
          var unused = followed.whenComplete(this);
        }
      } catch (Throwable e) { // the stage is of a user-defined class
        end(null, e);
      }
    }

    /**
     * The job would wait for itself through the stage: it ends with that exception, and not with
     * the stage.
     */
    void refuse(OffloadCycleException because, boolean cancels) {
      CompletionStage<? extends T> refused = stage;
      end(null, because);
      if (cancels) {
        cancel(refused);
      }
    }

    /** A stage that cannot be cancelled continues, and so does the body. */
    void cancelStage() {
      cancel(stage);
    }

    private static void cancel(@Nullable CompletionStage<?> cancelled) {
      try {
        if (cancelled != null) {
          var unused = cancelled.toCompletableFuture().cancel(true);
        }
      } catch (Throwable e) { // as above
        Log.warn("a stage could not be cancelled", e);
      }
    }

    @Override
    public void accept(T value, @Nullable Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? causeOf(failure) : null;
      end(value, cause == null ? failure : cause);
    }

    private static @Nullable Throwable causeOf(Throwable failure) {
      try {
        return failure.getCause();
      } catch (Throwable e) { // it may be of a user-defined class
        return null;
      }
    }

    /** A null value without a failure is a value of type T. */
    @SuppressWarnings("NullAway")
    void end(@Nullable T value, @Nullable Throwable failure) {
      JobCell<T> ended = job.getAndSet(null);
      if (ended == null) {
        return;
      }
      stage = null;
      closeEdge();
      if (failure == null) {
        ended.succeed(value);
      } else {
        ended.fail(failure);
      }
    }

    private void closeEdge() {
      WaitEdge closed = edge;
      if (closed != null) {
        edge = null;
        closed.close();
      }
    }
  }
}
