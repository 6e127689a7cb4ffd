package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadKey;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The contract's view of an {@link AsyncOffloadManager}, with bodies that block or are stages. */
final class JavaFace implements Face {
  private final AsyncOffloadManager manager;
  private final boolean stages;

  JavaFace(FaceSettings settings, boolean stages) {
    this.stages = stages;
    AsyncOffloadManager.Builder builder = AsyncOffloadManager.builder().config(settings.config());
    if (settings.executor() != null) {
      builder.executor(settings.executor());
    }
    if (settings.listener() != null) {
      builder.listener(settings.listener());
    }
    manager = builder.build();
  }

  @Override
  public <T> Handle<T> submit(OffloadKey<T> key, Body<T> body) {
    return new JavaHandle<>(
        stages
            ? manager.submitStage(key, body::runAsStage)
            : manager.submit(key, body::runBlocking));
  }

  @Override
  public <T> Handle<T> submit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body) {
    return new JavaHandle<>(
        stages
            ? manager.submitStage(key, with(conflict), body::runAsStage)
            : manager.submit(key, conflict, body::runBlocking));
  }

  @Override
  public <T> Submission<Handle<T>> trySubmit(
      OffloadKey<T> key, ConflictPolicy conflict, Body<T> body) {
    Submission<OffloadFuture<T>> taken =
        stages
            ? manager.trySubmitStage(key, with(conflict), body::runAsStage)
            : manager.trySubmit(key, with(conflict), body::runBlocking);
    if (taken instanceof Submission.Started<OffloadFuture<T>> started) {
      return new Submission.Started<>(new JavaHandle<>(started.handle()));
    } else if (taken instanceof Submission.Joined<OffloadFuture<T>> joined) {
      return new Submission.Joined<>(new JavaHandle<>(joined.handle()));
    } else if (taken instanceof Submission.Replaced<OffloadFuture<T>> replaced) {
      return new Submission.Replaced<>(new JavaHandle<>(replaced.handle()));
    }
    return new Submission.Rejected<>(((Submission.Rejected<OffloadFuture<T>>) taken).reason());
  }

  private static SubmitOptions with(ConflictPolicy conflict) {
    return SubmitOptions.unset().withConflict(conflict);
  }

  @Override
  public <T> Handle<T> share(OffloadKey.Keyed<T> key, Body<T> body) {
    return new JavaHandle<>(
        stages ? manager.shareStage(key, body::runAsStage) : manager.share(key, body::runBlocking));
  }

  @Override
  public Optional<JobSnapshot> find(OffloadKey<?> key) {
    return manager.find(key);
  }

  @Override
  public boolean isInFlight(OffloadKey<?> key) {
    return manager.isInFlight(key);
  }

  @Override
  public boolean cancel(OffloadKey<?> key) {
    return manager.cancel(key);
  }

  @Override
  public long activeCount() {
    return manager.activeCount();
  }

  @Override
  public ScopeSnapshot snapshot() {
    return manager.snapshot();
  }

  @Override
  public void close() {
    manager.close();
  }

  @Override
  public void closeCancelling() {
    Thread.currentThread().interrupt();
    try {
      manager.close();
    } finally {
      Thread.interrupted();
    }
  }

  @Override
  public boolean isGivenUp(@Nullable Throwable answer) {
    return answer instanceof CancellationException;
  }
}
