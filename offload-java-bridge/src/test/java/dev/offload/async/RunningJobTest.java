package dev.offload.async;

import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.contract.fixture.Bounded;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** C1: what a body in Java learns about itself. */
class RunningJobTest {
  private static final OffloadKind<String, Optional<RunningJob>> ASK = OffloadKind.named("ask");
  private static final OffloadKey.Keyed<Optional<RunningJob>> KEY = ASK.key("secret");

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();

  @AfterEach
  void close() {
    Bounded.run("close the manager", manager::close);
  }

  private static RunningJob told(OffloadFuture<Optional<RunningJob>> future) {
    return Bounded.get("a body tells", future).orElseThrow();
  }

  @Test
  @DisplayName(
      "C1: a body is told its key and the scope that owns it, in the methods it calls, too")
  void inBody() {
    try (AsyncOffloadScope scope = manager.openScope("request")) {
      RunningJob own = told(scope.submit(KEY, RunningJob::current));
      assertEquals(KEY, own.key());
      assertSame(scope, own.scope());
      assertEquals("Keyed(ask) in request", own.toString());
      assertSame(manager, told(scope.share(KEY, RunningJob::current)).scope());
    }
  }

  @Test
  @DisplayName("C1: so is the supplier of a stage while it starts it, and nothing that comes later")
  void inSupplier() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CompletableFuture<RunningJob> supplier = new CompletableFuture<>();
    OffloadFuture<Optional<RunningJob>> job =
        manager.submitStage(
            KEY,
            () -> {
              var stage = gate.thenApply(open -> RunningJob.current());
              supplier.complete(RunningJob.current().orElseThrow());
              return stage;
            });
    assertEquals(KEY, Bounded.get("the supplier", supplier).key());
    gate.complete(null);
    assertEquals(Optional.empty(), Bounded.get("the stage", job));
    assertEquals(
        Optional.empty(), Bounded.get("a later one", job.thenApply(end -> RunningJob.current())));
  }

  @Test
  @DisplayName("C1: outside of a body, and on a thread it hands work to, there is none")
  void elsewhere() {
    assertEquals(Optional.empty(), RunningJob.current());
    OffloadFuture<Optional<RunningJob>> job =
        manager.submit(
            KEY, () -> Bounded.get("another thread", Bounded.supply(RunningJob::current)));
    assertEquals(Optional.empty(), Bounded.get("the body", job));
  }

  @Test
  @DisplayName("C1: where a body runs another one in its place, each is told its own job")
  void inPlace() {
    try (AsyncOffloadManager direct =
        AsyncOffloadManager.builder().executor(Runnable::run).build()) {
      OffloadFuture<Optional<RunningJob>> outer =
          direct.submit(
              KEY,
              () -> {
                OffloadKey<?> inner =
                    direct.submit(ASK.key("inner"), RunningJob::current).join().orElseThrow().key();
                assertEquals(ASK.key("inner"), inner);
                return RunningJob.current();
              });
      assertEquals(KEY, told(outer).key());
      assertEquals(Optional.empty(), RunningJob.current());
    }
  }

  @Test
  @DisplayName("C1: a task of a recorder is told its job, by the key under which it is looked up")
  void inTask() {
    AsyncTaskRecorder<Integer, Integer> recorder = AsyncTaskRecorder.create(manager, STORE);
    CompletableFuture<Boolean> found = new CompletableFuture<>();
    var launched =
        recorder.launch(
            1,
            () -> {
              found.complete(
                  RunningJob.current()
                      .filter(job -> job.scope().isInFlight(job.key()))
                      .isPresent());
              return 1;
            });
    assertTrue(Bounded.get("the task", found), launched::toString);
  }
}
