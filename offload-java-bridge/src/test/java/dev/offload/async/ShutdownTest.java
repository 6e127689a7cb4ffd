package dev.offload.async;

import static dev.offload.async.Work.LOAD;
import static dev.offload.async.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.ScopeClosedException;
import dev.offload.ShutdownReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** S1: the end of a manager in limited time. */
class ShutdownTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");
  private static final Duration LONG = Bounded.BOUND;
  private static final Duration SHORT = Duration.ofMillis(5);

  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder()
          .config(OffloadConfig.builder().shutdownKill(LONG).build())
          .build();
  private final Body<Integer> held = Body.held(() -> 1);
  private final Body<Integer> stubborn = Body.stubborn(() -> 1);

  @AfterEach
  void close() {
    held.release();
    stubborn.release();
    Bounded.run("close", manager::close);
  }

  private CompletableFuture<ShutdownReport> shutdown(Duration grace, Duration kill) {
    CompletableFuture<ShutdownReport> report = new CompletableFuture<>();
    var unused = Bounded.start(() -> report.complete(manager.shutdown(grace, kill)));
    return report;
  }

  private void awaitRefusal() {
    Bounded.until(
        "the manager refuses work",
        () -> {
          try {
            manager.openScope("late").close();
            return false;
          } catch (ScopeClosedException e) {
            return true;
          }
        });
  }

  @Test
  @DisplayName("S1: what ends within the grace is finished, and the report is clean")
  void grace() {
    OffloadFuture<Integer> future = manager.submit(KEY, held::runBlocking);
    held.awaitStarted();
    var report = shutdown(LONG, LONG);
    awaitRefusal();
    assertFalse(report.isDone());
    held.release();

    assertEquals(new ShutdownReport(1, 0, List.of(), List.of()), Bounded.get("the report", report));
    assertEquals(1, future.join());
  }

  @Test
  @DisplayName("S1: what is left after the grace is cancelled")
  void cancelled() {
    OffloadFuture<Integer> future = manager.submit(KEY, held::runBlocking);
    held.awaitStarted();

    assertEquals(new ShutdownReport(0, 1, List.of(), List.of()), manager.shutdown(Duration.ZERO));
    Outcome.of(future.handle(Outcome::new)).assertCancelled(CancelReason.SCOPE_CLOSED);
  }

  @Test
  @DisplayName("S1: a body that will not die is named, its callers have their answer")
  void undying() {
    OffloadFuture<Integer> future = manager.submit(KEY, stubborn::runBlocking);
    stubborn.awaitStarted();
    ShutdownReport report = manager.shutdown(SHORT, SHORT);

    assertFalse(report.isClean());
    assertEquals(1, report.undying().size());
    assertEquals(JobState.CANCELLING, report.undying().get(0).state());
    assertTrue(future.isCompletedExceptionally());
    stubborn.release();
    Bounded.get("it dies after all", manager.joinAll());
    assertTrue(manager.shutdown(SHORT, SHORT).isClean(), "a second call reports what it finds");
  }

  @Test
  @DisplayName("S1: open scopes and running bodies may go on, others are refused; then it is told")
  void openScopes() {
    AsyncOffloadScope scope = manager.openScope("request");
    OffloadFuture<Integer> late =
        scope.submit(
            KEY,
            () -> {
              int value = held.runBlocking();
              return value + manager.submit(STORE.auto(), () -> 1).join();
            });
    held.awaitStarted();
    var report = shutdown(LONG, LONG);
    awaitRefusal();
    assertThrows(ScopeClosedException.class, () -> manager.submit(STORE.auto(), () -> 1));
    assertEquals(9, scope.share(STORE.key(1), () -> 9).join());
    AsyncOffloadScope inner = scope.openScope("inner");
    assertEquals(9, inner.submit(STORE.key(1), () -> 9).join());
    inner.close();
    held.release();
    assertEquals(2, Bounded.get("the body", late));
    assertFalse(report.isDone(), "the scope is open");
    scope.close();

    assertTrue(Bounded.get("the report", report).isClean());
  }

  @Test
  @DisplayName("S1: a scope that was left open is closed after the grace, and not in the way")
  void forgottenScope() {
    AsyncOffloadScope scope = manager.openScope("forgotten");
    assertTrue(manager.shutdown(SHORT, LONG).isClean());

    assertThrows(ScopeClosedException.class, () -> scope.submit(KEY, () -> 1));
    scope.close();
  }

  @Test
  @DisplayName("S1: an interrupt ends the grace, and stays")
  void interrupted() {
    OffloadFuture<Integer> future = manager.submit(KEY, held::runBlocking);
    held.awaitStarted();
    Thread.currentThread().interrupt();
    ShutdownReport report = manager.shutdown(LONG, LONG);

    assertTrue(Thread.interrupted());
    assertTrue(future.isCompletedExceptionally());
    assertEquals(0, report.finished());
  }

  @Test
  @DisplayName("S1: may race with itself, with close and with work")
  void races() {
    try (Race race = new Race(4)) {
      for (int i = 0; i < 100; i++) {
        AsyncOffloadManager racing = AsyncOffloadManager.create();
        race.each(
            List.of(
                () -> racing.shutdown(Duration.ZERO, LONG).isClean(),
                () -> racing.shutdown(LONG, LONG).isClean(),
                () -> racing.trySubmit(KEY, () -> 1) == null,
                () -> {
                  racing.close();
                  return true;
                }));
        assertEquals(0, racing.snapshot().total().active());
      }
    }
  }

  @Test
  @DisplayName("arguments: times that are null or negative are refused")
  void arguments() {
    Duration negative = Duration.ofMillis(-1);
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(null));
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(negative));
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(SHORT, null));
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(SHORT, negative));
    assertEquals(5, manager.submit(KEY, () -> 5).join(), "nothing was shut down");
  }
}
