package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.DuplicateWaiterException;
import dev.offload.NoMatchReason;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What only the Java face of a wait map has; the rest is in the contract. */
class AsyncWaitMapTest {
  private static final WakeOutcome<String> WOKE = new WakeOutcome.Woke<>();
  private static final Duration SHORT = Duration.ofMillis(5);

  private final AsyncWaitMap<Integer, String> map = AsyncWaitMap.create();

  @AfterEach
  void everyWaitEnds() {
    map.close();
    assertEquals(0, map.size());
  }

  @Test
  @DisplayName("W1, W4: a wait that is refused, or comes too late, is told so at once")
  void refusals() {
    CompletableFuture<String> first = map.await(1);
    assertThrows(DuplicateWaiterException.class, () -> map.await(1));
    assertThrows(DuplicateWaiterException.class, () -> map.await(1, SHORT));

    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", first.join());
    map.close();
    assertThrows(WaitMapClosedException.class, () -> map.await(2));
    assertThrows(WaitMapClosedException.class, () -> map.await(2, SHORT));
  }

  private void endsBy(Consumer<CompletableFuture<String>> outside) {
    CompletableFuture<String> wait = map.await(1);
    List<CompletableFuture<String>> next = new ArrayList<>();
    var again = wait.whenComplete((value, failure) -> next.add(map.await(1)));
    outside.accept(wait);
    Bounded.until("who was told waits again", again::isDone);

    assertEquals(1, next.size());
    assertEquals(1, map.size());
    assertEquals(WOKE, map.wake(1, "next"));
    assertEquals("next", next.get(0).join());
    assertFalse("next".equals(wait.exceptionally(failure -> "failed").join()));
  }

  @Test
  @DisplayName("W4: whatever completes the future from outside ends the wait, before it is seen")
  void outside() {
    endsBy(wait -> assertTrue(wait.cancel(true)));
    endsBy(wait -> assertTrue(wait.complete("own")));
    endsBy(wait -> assertTrue(wait.completeExceptionally(new IllegalStateException("own"))));
    endsBy(wait -> wait.obtrudeValue("own"));
    endsBy(wait -> wait.obtrudeException(new IllegalStateException("own")));
    endsBy(wait -> assertSame(wait, wait.completeAsync(() -> "own")));
    endsBy(wait -> assertSame(wait, wait.completeAsync(() -> Work.unchecked(this::throwing))));
    endsBy(wait -> assertSame(wait, wait.orTimeout(1, TimeUnit.MILLISECONDS)));
    endsBy(wait -> assertSame(wait, wait.completeOnTimeout("own", 1, TimeUnit.MILLISECONDS)));
  }

  private String throwing() {
    throw new IllegalStateException("on purpose");
  }

  @Test
  @DisplayName("W4: a wait that is cancelled answers the JDK's CancellationException")
  void cancel() {
    CompletableFuture<String> wait = map.await(1);
    assertTrue(wait.cancel(true));

    assertTrue(wait.isCancelled());
    assertThrows(CancellationException.class, wait::join);
    assertEquals(new WakeOutcome.NoMatch<>("a"), map.wake(1, "a"));
  }

  @Test
  @DisplayName("W4: a wait that is failed is no cancelled one, and asks the cause for nothing")
  void fail() {
    IllegalStateException cause =
        new IllegalStateException() {
          @Override
          public String getMessage() {
            throw new UnsupportedOperationException("no message");
          }
        };
    CompletableFuture<String> wait = map.await(1);
    CompletableFuture<String> other = map.await(2, Bounded.BOUND);
    assertTrue(map.fail(1, cause));
    assertEquals(1, map.failAll(cause));
    for (CompletableFuture<String> failed : List.of(wait, other)) {
      assertTrue(failed.isDone());
      assertTrue(failed.isCompletedExceptionally());
      assertFalse(failed.isCancelled());
      assertFalse(failed.complete("own"));
      assertSame(cause, failed.handle((value, failure) -> failure).join());
    }
  }

  @Test
  @DisplayName("W3: who completed his future from outside went without a value: what comes is late")
  void outsideIsLate() {
    AsyncWaitMap<Integer, String> remembers =
        AsyncWaitMap.<Integer, String>builder().remember(1).build();
    assertTrue(remembers.await(1).complete("own"));
    assertEquals(new WakeOutcome.NoMatch<>("a", NoMatchReason.LATE), remembers.wake(1, "a"));
    remembers.close();
  }

  @Test
  @DisplayName("W4: a stage of the future, or a copy, is no wait of its own")
  void stages() {
    CompletableFuture<String> wait = map.await(1);
    assertTrue(wait.thenApply(value -> value).cancel(true));
    assertTrue(wait.copy().cancel(true));

    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", wait.join());
  }

  @Test
  @DisplayName("W4: a value in time arrives; after any end no timer is left")
  void inTime() {
    CompletableFuture<String> woken = map.await(1, Bounded.BOUND);
    CompletableFuture<String> cancelled = map.await(2, Duration.ofSeconds(Long.MAX_VALUE));
    assertEquals(WOKE, map.wake(1, "a"));
    assertTrue(cancelled.cancel(true));

    assertEquals("a", woken.join());
    map.close();
    Bounded.until(
        "the timer ends",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("offload-timer-wait map")));
  }

  @Test
  @DisplayName("W3: a wake that has the entry of a wait which ends meanwhile keeps its value")
  void endsInTheHandsOfAWake() {
    WaitFuture<Integer, String> ended = WaitFuture.park(map.table, 1, null);
    assertTrue(ended.cancel(true));
    assertFalse(ended.slot.give("a"));
    assertTrue(ended.isCancelled());
    WaitFuture<Integer, String> given = WaitFuture.park(map.table, 1, null);
    assertTrue(given.slot.give("b"));
    assertFalse(given.cancel(true));
    assertFalse(given.slot.give("c"));

    assertEquals("b", given.join());
  }

  private static void assertNamed(String argument, Executable call) {
    assertEquals(
        argument + " must not be null",
        assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  @DisplayName("arguments: null is refused, and the message names what was null; values may be")
  void arguments() {
    assertNamed("key", () -> map.await(null));
    assertNamed("key", () -> map.await(null, SHORT));
    assertNamed("timeout", () -> map.await(1, null));
    assertNamed("key", () -> map.wake(null, "a"));
    assertNamed("key", () -> map.fail(null, new IllegalStateException()));
    assertNamed("cause", () -> map.fail(1, null));
    assertNamed("cause", () -> map.failAll(null));
    assertNamed("cause", () -> map.close(null));
    assertNamed("name", () -> AsyncWaitMap.builder().name(null));
    assertNamed("bounds", () -> AsyncWaitMap.builder().earlyWakes(null));
    assertNamed("consumer", () -> AsyncWaitMap.builder().onUndelivered(null));
    assertThrows(IllegalArgumentException.class, () -> map.await(1, Duration.ZERO));
    assertEquals(
        "remember must not be negative, but is -1",
        assertThrows(
                IllegalArgumentException.class, () -> AsyncWaitMap.builder().remember(-1).build())
            .getMessage());
    assertEquals(0, map.size());
    CompletableFuture<String> wait = map.await(1);
    assertEquals(WOKE, map.wake(1, null));
    assertNull(wait.join());
    assertEquals("WaitMap(wait map, 0 waiting)", map.toString());
  }
}
