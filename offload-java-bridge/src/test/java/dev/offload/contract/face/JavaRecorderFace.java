package dev.offload.contract.face;

import dev.offload.LaunchOutcome;
import dev.offload.RevokeOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.OffloadFuture;
import dev.offload.async.SubmitOptions;
import dev.offload.async.TaskWatch;
import dev.offload.contract.fixture.Body;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The contract's view of an {@link AsyncTaskRecorder}. */
public record JavaRecorderFace(AsyncTaskRecorder<String, Integer> recorder, boolean stages)
    implements RecorderFace {

  @Override
  public LaunchOutcome<Handle<Integer>> launch(String id, Body<Integer> body) {
    return view(
        stages
            ? recorder.launchStage(id, body::runAsStage)
            : recorder.launch(id, body::runBlocking));
  }

  @Override
  public LaunchOutcome<Handle<Integer>> launch(
      String id, TimeoutPolicy limits, Body<Integer> body) {
    SubmitOptions options = SubmitOptions.unset().withTimeout(limits);
    return view(
        stages
            ? recorder.launchStage(id, options, body::runAsStage)
            : recorder.launch(id, options, body::runBlocking));
  }

  private static LaunchOutcome<Handle<Integer>> view(
      LaunchOutcome<OffloadFuture<Integer>> outcome) {
    if (outcome instanceof LaunchOutcome.Launched<OffloadFuture<Integer>> launched) {
      return new LaunchOutcome.Launched<>(new JavaHandle<>(launched.handle()));
    } else if (outcome instanceof LaunchOutcome.AlreadyWorking<OffloadFuture<Integer>> working) {
      return new LaunchOutcome.AlreadyWorking<>(new JavaHandle<>(working.handle()));
    }
    OffloadFuture<Integer> kept =
        ((LaunchOutcome.AlreadySucceeded<OffloadFuture<Integer>>) outcome).handle();
    return new LaunchOutcome.AlreadySucceeded<>(kept == null ? null : new JavaHandle<>(kept));
  }

  @Override
  public Wait<LaunchOutcome<Handle<Integer>>> launchWhenRoom(String id, Body<Integer> body) {
    return new JavaWait<>(
        () ->
            view(
                stages
                    ? recorder.launchStageWhenRoom(id, body::runAsStage)
                    : recorder.launchWhenRoom(id, body::runBlocking)));
  }

  @Override
  public Wait<TaskState> awaitEnd(String id) {
    return new JavaWait<>(recorder.awaitEnd(id)::get);
  }

  @Override
  public Wait<Void> joinAll() {
    return new JavaWait<>(recorder.joinAll()::get);
  }

  @Override
  public int cancelAll() {
    return recorder.cancelAll();
  }

  @Override
  public TaskState state(String id) {
    return recorder.state(id);
  }

  @Override
  public TaskState stateAssumingLaunched(String id) {
    return recorder.stateAssumingLaunched(id);
  }

  @Override
  public Optional<Throwable> failure(String id) {
    return recorder.failure(id);
  }

  @Override
  public CompletableFuture<RevokeOutcome<Integer>> revoke(String id, Body<Integer> block) {
    return stages
        ? recorder.revokeStage(id, SubmitOptions.unset(), block::runAsStage)
        : recorder.revoke(id, block::runBlocking);
  }

  @Override
  public List<String> tasks(TaskState state) {
    return recorder.tasks(state);
  }

  @Override
  public long count(TaskState state) {
    return recorder.count(state);
  }

  @Override
  public boolean forget(String id) {
    return recorder.forget(id);
  }

  @Override
  public int dropSucceeded(List<String> ids) {
    return recorder.dropSucceeded(ids);
  }

  @Override
  public Runnable transitions(Consumer<TaskEvent<String>> watcher) {
    TaskWatch watch = recorder.transitions(watcher);
    return watch::close;
  }

  @Override
  public Runnable watch(Consumer<TaskEvent<String>> watcher) {
    TaskWatch watch = recorder.watch(watcher);
    return watch::close;
  }

  @Override
  public int dropSucceeded(Duration olderThan) {
    return recorder.dropSucceeded(olderThan);
  }
}
