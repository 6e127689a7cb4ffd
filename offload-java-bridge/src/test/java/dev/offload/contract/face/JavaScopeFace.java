package dev.offload.contract.face;

import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.KeepValues;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncOffloadScope;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.OffloadFuture;
import dev.offload.async.ScopeBlock;
import dev.offload.async.ScopeOptions;
import dev.offload.async.SubmitOptions;
import dev.offload.contract.fixture.Body;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/** The contract's view of an {@link AsyncOffloadScope}, with bodies that block or are stages. */
public class JavaScopeFace implements FaceScope {
  private final AsyncOffloadScope scope;
  private final boolean stages;

  public JavaScopeFace(AsyncOffloadScope scope, boolean stages) {
    this.scope = scope;
    this.stages = stages;
  }

  private <T> Handle<T> submit(OffloadKey<T> key, SubmitOptions options, Body<T> body) {
    return new JavaHandle<>(
        stages
            ? scope.submitStage(key, options, body::runAsStage)
            : scope.submit(key, options, body::runBlocking));
  }

  @Override
  public final <T> Handle<T> submit(OffloadKey<T> key, Body<T> body) {
    return new JavaHandle<>(
        stages ? scope.submitStage(key, body::runAsStage) : scope.submit(key, body::runBlocking));
  }

  @Override
  public final <T> Handle<T> submit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body) {
    return submit(key, with(conflict), body);
  }

  @Override
  public final <T> Handle<T> submit(OffloadKey<T> key, TimeoutPolicy limits, Body<T> body) {
    return submit(key, SubmitOptions.unset().withTimeout(limits), body);
  }

  @Override
  public final <T> Submission<Handle<T>> trySubmit(
      OffloadKey<T> key, ConflictPolicy conflict, Body<T> body) {
    Submission<OffloadFuture<T>> taken =
        stages
            ? scope.trySubmitStage(key, with(conflict), body::runAsStage)
            : scope.trySubmit(key, with(conflict), body::runBlocking);
    return handle(taken);
  }

  private static <T> Submission<Handle<T>> handle(Submission<OffloadFuture<T>> taken) {
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
  public final <T> Wait<Handle<T>> submitWhenRoom(OffloadKey<T> key, Body<T> body) {
    return new JavaWait<>(
        () ->
            new JavaHandle<>(
                stages
                    ? scope.submitStageWhenRoom(key, body::runAsStage)
                    : scope.submitWhenRoom(key, body::runBlocking)));
  }

  @Override
  public final <T> Handle<T> share(OffloadKey.Keyed<T> key, Body<T> body) {
    return new JavaHandle<>(
        stages ? scope.shareStage(key, body::runAsStage) : scope.share(key, body::runBlocking));
  }

  @Override
  public final <T> Handle<T> share(OffloadKey.Keyed<T> key, ConflictPolicy conflict, Body<T> body) {
    return new JavaHandle<>(
        stages
            ? scope.shareStage(key, with(conflict), body::runAsStage)
            : scope.share(key, with(conflict), body::runBlocking));
  }

  @Override
  public final <T> Submission<Handle<T>> tryShare(
      OffloadKey.Keyed<T> key, ConflictPolicy conflict, Body<T> body) {
    return handle(
        stages
            ? scope.tryShareStage(key, with(conflict), body::runAsStage)
            : scope.tryShare(key, with(conflict), body::runBlocking));
  }

  @Override
  public final <T> Wait<Handle<T>> shareWhenRoom(OffloadKey.Keyed<T> key, Body<T> body) {
    return new JavaWait<>(
        () ->
            new JavaHandle<>(
                stages
                    ? scope.shareStageWhenRoom(key, body::runAsStage)
                    : scope.shareWhenRoom(key, body::runBlocking)));
  }

  @Override
  public final OffloadKey.Auto<?> spawn(String label, Body<Integer> body) {
    return stages
        ? scope.spawnStage(label, body::runAsStage)
        : scope.spawn(label, body::runBlocking);
  }

  @Override
  public final Optional<JobSnapshot> find(OffloadKey<?> key) {
    return scope.find(key);
  }

  @Override
  public final boolean isInFlight(OffloadKey<?> key) {
    return scope.isInFlight(key);
  }

  @Override
  public final boolean cancel(OffloadKey<?> key) {
    return scope.cancel(key);
  }

  @Override
  public final int cancel(OffloadKind<?, ?> kind) {
    return scope.cancel(kind);
  }

  @Override
  public final Wait<Void> cancelAndJoin(OffloadKey<?> key) {
    return new JavaWait<>(scope.cancelAndJoin(key)::get);
  }

  @Override
  public final Wait<Void> joinAll(Collection<OffloadKey<?>> keys) {
    return new JavaWait<>(scope.joinAll(keys)::get);
  }

  @Override
  public final int cancelAll() {
    return scope.cancelAll();
  }

  @Override
  public final long activeCount() {
    return scope.activeCount();
  }

  @Override
  public final ScopeSnapshot snapshot() {
    return scope.snapshot();
  }

  @Override
  public final Wait<Void> joinAll() {
    return new JavaWait<>(scope.joinAll()::get);
  }

  @Override
  public final RecorderFace recorder(OffloadKind<Object, Integer> kind) {
    return new JavaRecorderFace(AsyncTaskRecorder.create(scope, kind), stages);
  }

  @Override
  public final RecorderFace recorder(OffloadKind<Object, Integer> kind, KeepValues keep) {
    return new JavaRecorderFace(AsyncTaskRecorder.create(scope, kind, keep), stages);
  }

  @Override
  public final FaceScope openScope(String name, ScopeOptions options) {
    return new JavaScopeFace(scope.openScope(name, options), stages);
  }

  @Override
  public final <R> Wait<R> within(String name, ScopeOptions options, Function<FaceScope, R> block) {
    return new JavaWait<>(
        () -> {
          ScopeBlock<R, RuntimeException> run =
              opened -> block.apply(new JavaScopeFace(opened, stages));
          return scope.scope(name, options, run);
        });
  }

  @Override
  public final void complete() {
    scope.complete();
  }

  @Override
  public final void cancel() {
    scope.cancel();
  }

  @Override
  public final void close() {
    scope.close();
  }
}
