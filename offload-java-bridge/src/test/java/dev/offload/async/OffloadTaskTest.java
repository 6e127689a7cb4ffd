package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.LaunchOutcome;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.contract.fixture.Bounded;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Work without a value under every verb. That this compiles is half of the test. */
class OffloadTaskTest {
  private static final OffloadKind<Integer, Void> WORK = OffloadKind.named("work");
  private static final SubmitOptions NONE = SubmitOptions.unset();

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final AtomicInteger runs = new AtomicInteger();
  private final IOException failure = new IOException("on purpose");

  @AfterEach
  void close() {
    Bounded.run("close the manager", manager::close);
  }

  private void work() {
    runs.incrementAndGet();
  }

  private int count() {
    return runs.incrementAndGet();
  }

  private void fail() throws IOException {
    runs.incrementAndGet();
    throw failure;
  }

  private static OffloadKey.Keyed<Void> key(int id) {
    return WORK.key(id);
  }

  @Test
  @DisplayName("vocabulary: every verb takes a method without a value as its body")
  void everyVerb() throws Exception {
    List<OffloadFuture<Void>> all = new ArrayList<>();
    all.add(manager.submit(key(1), OffloadTask.of(this::work)));
    all.add(manager.submit(key(2), NONE, OffloadTask.of(this::work)));
    all.add(manager.trySubmit(key(3), OffloadTask.of(this::work)).handleOrNull());
    all.add(manager.trySubmit(key(4), NONE, OffloadTask.of(this::work)).handleOrNull());
    all.add(manager.submitWhenRoom(key(5), OffloadTask.of(this::work)));
    all.add(manager.submitWhenRoom(key(6), NONE, OffloadTask.of(this::work)));
    all.add(manager.share(key(7), OffloadTask.of(this::work)));
    all.add(manager.share(key(8), NONE, OffloadTask.of(this::work)));
    all.add(manager.tryShare(key(9), OffloadTask.of(this::work)).handleOrNull());
    all.add(manager.tryShare(key(10), NONE, OffloadTask.of(this::work)).handleOrNull());
    all.add(manager.shareWhenRoom(key(11), OffloadTask.of(this::work)));
    all.add(manager.shareWhenRoom(key(12), NONE, OffloadTask.of(this::work)));
    for (OffloadFuture<Void> future : all) {
      assertNull(Bounded.get("work", future));
    }
    assertNull(manager.call(key(13), OffloadTask.of(this::work)));
    assertNull(manager.call(key(14), NONE, OffloadTask.of(this::work)));
    assertNull(manager.call(key(15), NONE, Duration.ofSeconds(20), OffloadTask.of(this::work)));
    assertEquals(15, runs.get());

    OffloadKey.Auto<?> spawned = manager.spawn("work.spawned", this::work);
    Bounded.until("it has run", () -> runs.get() == 16);
    assertTrue(spawned.toString().contains("work.spawned"));
  }

  @Test
  @DisplayName("vocabulary: every verb's twin takes a stage without a value as it is")
  void everyTwin() throws Exception {
    List<OffloadFuture<Void>> all = new ArrayList<>();
    all.add(manager.submitStage(key(1), this::stage));
    all.add(manager.submitStage(key(2), NONE, this::stage));
    all.add(manager.trySubmitStage(key(3), this::stage).handleOrNull());
    all.add(manager.trySubmitStage(key(4), NONE, this::stage).handleOrNull());
    all.add(manager.submitStageWhenRoom(key(5), this::stage));
    all.add(manager.submitStageWhenRoom(key(6), NONE, this::stage));
    all.add(manager.shareStage(key(7), this::stage));
    all.add(manager.shareStage(key(8), NONE, this::stage));
    all.add(manager.tryShareStage(key(9), this::stage).handleOrNull());
    all.add(manager.tryShareStage(key(10), NONE, this::stage).handleOrNull());
    all.add(manager.shareStageWhenRoom(key(11), this::stage));
    all.add(manager.shareStageWhenRoom(key(12), NONE, this::stage));
    for (OffloadFuture<Void> future : all) {
      assertNull(Bounded.get("work", future));
    }
    assertNull(manager.callStage(key(13), this::stage));
    assertNull(manager.callStage(key(14), NONE, this::stage));
    assertNull(manager.callStage(key(15), NONE, Duration.ofSeconds(20), this::stage));
    assertEquals(15, runs.get());
  }

  private CompletableFuture<Void> stage() {
    return CompletableFuture.runAsync(this::work);
  }

  @Test
  @DisplayName("vocabulary: a recorder runs it, and revokes by it")
  void recorder() {
    AsyncTaskRecorder<Integer, Void> recorder = AsyncTaskRecorder.create(manager, WORK);
    LaunchOutcome<OffloadFuture<Void>> launched = recorder.launch(1, OffloadTask.of(this::work));
    assertNull(
        Bounded.get("the task", ((LaunchOutcome.Launched<OffloadFuture<Void>>) launched).handle()));
    assertEquals(TaskState.SUCCEEDED, recorder.state(1));
    CompletableFuture<RevokeOutcome<Void>> revoked = recorder.revoke(1, OffloadTask.of(this::work));
    assertInstanceOf(RevokeOutcome.Revoked.class, Bounded.get("the revoke", revoked));
    assertInstanceOf(
        RevokeOutcome.NotSucceeded.class,
        Bounded.get("the revoke", recorder.revokeStage(1, this::stage)));
    assertEquals(2, runs.get());
  }

  @Test
  @DisplayName("R3: what it throws is what its job fails with, checked or not")
  void failure() {
    for (OffloadFuture<Void> future :
        List.of(
            manager.submit(key(1), OffloadTask.of(this::fail)),
            manager.share(key(2), OffloadTask.of(this::fail)))) {
      assertSame(failure, assertThrows(CompletionException.class, future::join).getCause());
    }
    CompletionException told =
        assertThrows(
            CompletionException.class, () -> manager.call(key(3), OffloadTask.of(this::fail)));
    assertSame(failure, told.getCause());
    assertEquals(3, runs.get());
  }

  @Test
  @DisplayName("vocabulary: a method or a lambda with a value is taken, too, and the value dropped")
  void valueDropped() {
    assertNull(Bounded.get("work", manager.submit(key(1), OffloadTask.of(this::count))));
    assertNull(Bounded.get("work", manager.submit(key(2), OffloadTask.of(() -> count()))));
    assertEquals(2, runs.get());
  }
}
