package dev.offload.contract.face;

import dev.offload.LaunchOutcome;
import dev.offload.RevokeOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.fixture.Body;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A recorder of tasks as its users see it, in Kotlin or in Java. */
public interface RecorderFace {

  LaunchOutcome<Handle<Integer>> launch(String id, Body<Integer> body);

  LaunchOutcome<Handle<Integer>> launch(String id, TimeoutPolicy limits, Body<Integer> body);

  /** The wait is for room in the queue. */
  Wait<LaunchOutcome<Handle<Integer>>> launchWhenRoom(String id, Body<Integer> body);

  /** For what is under way when it is called or, at the latest, when the wait begins. */
  Wait<TaskState> awaitEnd(String id);

  /** As {@link #awaitEnd}. */
  Wait<Void> joinAll();

  int cancelAll();

  TaskState state(String id);

  TaskState stateAssumingLaunched(String id);

  Optional<Throwable> failure(String id);

  /** Cancelling the answer cancels the revoke. */
  CompletableFuture<RevokeOutcome<Integer>> revoke(String id, Body<Integer> block);

  List<String> tasks(TaskState state);

  long count(TaskState state);

  boolean forget(String id);

  int dropSucceeded(List<String> ids);

  /** Tells all that happens after this call; running the answer ends it. */
  Runnable transitions(Consumer<TaskEvent<String>> watcher);

  /** Tells what there is, and then all that happens; running the answer ends it. */
  Runnable watch(Consumer<TaskEvent<String>> watcher);

  int dropSucceeded(Duration olderThan);
}
