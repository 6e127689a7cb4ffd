package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.DuplicateWaiterException;
import dev.offload.EarlyWakes;
import dev.offload.OffloadTimeoutException;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** W1 to W6 through the Java face. */
class AsyncWaitMapTest {
  private static final WakeOutcome<String> WOKE = new WakeOutcome.Woke<>();
  private static final WakeOutcome<String> STORED = new WakeOutcome.Stored<>();
  private static final Duration SHORT = Duration.ofMillis(5);

  private final Queue<String> undelivered = new ConcurrentLinkedQueue<>();
  private final AsyncWaitMap<Integer, String> map = AsyncWaitMap.create();
  private final AsyncWaitMap<Integer, String> storing =
      AsyncWaitMap.<Integer, String>builder()
          .name("storing")
          .earlyWakes(new EarlyWakes(2, Bounded.BOUND))
          .onUndelivered((key, value) -> undelivered.add(key + "=" + value))
          .build();

  @AfterEach
  void everyWaitEnds() {
    map.close();
    storing.close();
    assertEquals(0, map.size());
    assertEquals(0, storing.size());
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return Bounded.get("it fails", future.handle((value, thrown) -> thrown));
  }

  @Test
  @DisplayName("W2: a wake after await is not missed")
  void wake() {
    CompletableFuture<String> wait = map.await(1);
    assertEquals(1, map.size());
    assertFalse(wait.isDone());

    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", wait.join());
    assertEquals(0, map.size());
  }

  @Test
  @DisplayName("W1: a second waiter is refused, and the first one untouched")
  void duplicate() {
    CompletableFuture<String> first = map.await(1);
    assertThrows(DuplicateWaiterException.class, () -> map.await(1));
    assertThrows(DuplicateWaiterException.class, () -> map.await(1, SHORT));

    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", first.join());
  }

  @Test
  @DisplayName("W3: a value for nobody is handed back")
  void noMatch() {
    assertEquals(new WakeOutcome.NoMatch<>("a"), map.wake(1, "a"));
    assertEquals(new WakeOutcome.NoMatch<String>(null), map.wake(1, null));
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
  @DisplayName("W4: a stage of the future, or a copy, is no wait of its own")
  void stages() {
    CompletableFuture<String> wait = map.await(1);
    assertTrue(wait.thenApply(value -> value).cancel(true));
    assertTrue(wait.copy().cancel(true));

    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", wait.join());
  }

  @Test
  @DisplayName("W4: a wait whose time is over ends, and nobody waits for the key")
  void timeout() {
    CompletableFuture<String> wait = map.await(1, SHORT);
    assertInstanceOf(OffloadTimeoutException.class, failure(wait));

    assertEquals(0, map.size());
    assertEquals(new WakeOutcome.NoMatch<>("a"), map.wake(1, "a"));
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
  @DisplayName("W4: close ends all waits and those to come, and keeps its first cause")
  void close() {
    IllegalStateException cause = new IllegalStateException("connection lost");
    CompletableFuture<String> given = map.await(1);
    CompletableFuture<String> waiting = map.await(2, Bounded.BOUND);
    assertEquals(WOKE, map.wake(1, "a"));
    map.close(cause);
    map.close(new IllegalStateException("late"));
    map.close();

    assertTrue(map.isClosed());
    assertEquals("a", given.join());
    assertSame(cause, assertInstanceOf(WaitMapClosedException.class, failure(waiting)).getCause());
    assertThrows(CompletionException.class, waiting::join);
    assertSame(cause, assertThrows(WaitMapClosedException.class, () -> map.await(3)).getCause());
    assertEquals(new WakeOutcome.Closed<>("b"), map.wake(1, "b"));
    assertEquals(0, map.size());
  }

  @Test
  @DisplayName("W6: an early wake is stored for who comes next, one for each key")
  void stored() {
    assertEquals(STORED, storing.wake(1, "a"));
    assertEquals(new WakeOutcome.NoMatch<>("b"), storing.wake(1, "b"));
    CompletableFuture<String> wait = storing.await(1, SHORT);

    assertTrue(wait.isDone());
    assertEquals("a", wait.join());
    assertEquals(List.of(), List.copyOf(undelivered));
  }

  @Test
  @DisplayName("W6: what falls out of the store, or is in it at the close, goes to onUndelivered")
  void fallsOut() {
    assertEquals(STORED, storing.wake(1, "a"));
    assertEquals(STORED, storing.wake(2, "b"));
    assertEquals(STORED, storing.wake(3, "c"));
    assertEquals(List.of("1=a"), List.copyOf(undelivered));
    storing.close();

    assertEquals(List.of("1=a", "2=b", "3=c"), List.copyOf(undelivered));
  }

  @Test
  @DisplayName("W6: a stored value that grows too old goes to onUndelivered")
  void tooOld() {
    AsyncWaitMap<Integer, String> brief =
        AsyncWaitMap.<Integer, String>builder()
            .earlyWakes(new EarlyWakes(2, SHORT))
            .onUndelivered((key, value) -> undelivered.add(value))
            .build();
    assertEquals(STORED, brief.wake(1, "a"));
    Bounded.until("it falls out", () -> !undelivered.isEmpty());

    assertEquals(List.of("a"), List.copyOf(undelivered));
    assertFalse(brief.await(1).isDone());
    brief.close();
  }

  @Test
  @DisplayName("W3: of wakes racing cancels, timeouts and the close each value is in one place")
  void storm() {
    int delivered = 0;
    int handedBack = 0;
    try (Race race = new Race(3)) {
      for (int i = 0; i < 2_000; i++) {
        AsyncWaitMap<Integer, String> racing = i % 4 == 0 ? AsyncWaitMap.create() : map;
        boolean limited = i % 3 == 0;
        CompletableFuture<String> wait =
            limited ? racing.await(i, Duration.ofNanos(50_000)) : racing.await(i);
        int key = i;
        Callable<Object> other =
            () -> {
              if (racing == map) {
                return wait.cancel(true);
              }
              racing.close();
              return false;
            };
        List<Object> answers =
            race.each(List.of(() -> racing.wake(key, "a"), other, () -> racing.wake(key, "b")));
        for (int w = 0; w < 3; w += 2) {
          if (!answers.get(w).equals(WOKE)) {
            handedBack++;
          }
        }
        String got = Bounded.get("it ends", wait.handle((value, failure) -> value));
        boolean cancelled = answers.get(1).equals(true);
        assertEquals(wait.isCancelled(), cancelled);
        if (got != null) {
          delivered++;
          int from = got.equals("a") ? 0 : 2;
          assertEquals(WOKE, answers.get(from));
        } else {
          assertFalse(answers.contains(WOKE), "nobody was woken, and nobody was told so");
        }
        assertFalse(racing.wake(key, "later").equals(WOKE), "no entry is left");
      }
    }
    assertEquals(4_000, delivered + handedBack);
  }

  @Test
  @DisplayName("W1: of threads that race to wait for a key one is admitted")
  void admitsOne() {
    try (Race race = new Race(4)) {
      for (int i = 0; i < 300; i++) {
        int key = i;
        List<Integer> admitted =
            race.all(
                () -> {
                  try {
                    return map.await(key).isDone() ? 0 : 1;
                  } catch (DuplicateWaiterException e) {
                    return 0;
                  }
                });
        assertEquals(1, admitted.stream().mapToInt(Integer::intValue).sum());
        assertEquals(WOKE, map.wake(key, "a"));
      }
    }
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
    assertNamed("cause", () -> map.close(null));
    assertNamed("name", () -> AsyncWaitMap.builder().name(null));
    assertNamed("bounds", () -> AsyncWaitMap.builder().earlyWakes(null));
    assertNamed("consumer", () -> AsyncWaitMap.builder().onUndelivered(null));
    assertThrows(IllegalArgumentException.class, () -> map.await(1, Duration.ZERO));
    assertEquals(0, map.size());
    CompletableFuture<String> wait = map.await(1);
    assertEquals(WOKE, map.wake(1, null));
    assertNull(wait.join());
    assertEquals("WaitMap(wait map, 0 waiting)", map.toString());
  }
}
