package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadKey;
import dev.offload.OffloadRejectedException;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The contract's view of an {@link AsyncOffloadManager}. */
final class JavaFace implements Face {
  private final AsyncOffloadManager manager;

  JavaFace(FaceSettings settings) {
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
    return new JavaHandle<>(manager.submit(key, body::runBlocking));
  }

  @Override
  public <T> Handle<T> submit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body) {
    return new JavaHandle<>(manager.submit(key, conflict, body::runBlocking));
  }

  @Override
  public <T> Submission<Handle<T>> trySubmit(
      OffloadKey<T> key, ConflictPolicy conflict, Body<T> body) {
    try {
      Handle<T> handle = submit(key, conflict, body);
      return handle.joined() ? new Submission.Joined<>(handle) : new Submission.Started<>(handle);
    } catch (OffloadRejectedException e) {
      return new Submission.Rejected<>(e.reason());
    }
  }

  @Override
  public <T> Handle<T> share(OffloadKey.Keyed<T> key, Body<T> body) {
    return new JavaHandle<>(manager.share(key, body::runBlocking));
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

  @Override
  public boolean tellsReplaced() {
    return false;
  }
}
