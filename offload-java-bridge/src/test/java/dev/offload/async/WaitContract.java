package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** W1 to W4, W6: waiting by key, one suite that runs through every face. */
abstract class WaitContract {
  private static final WakeOutcome<String> WOKE = new WakeOutcome.Woke<>();
  private static final WakeOutcome<String> STORED = new WakeOutcome.Stored<>();
  private static final Duration BRIEF = Duration.ofMillis(5);

  private final Queue<String> undelivered = new ConcurrentLinkedQueue<>();
  private final List<WaitFace> maps = new ArrayList<>();

  abstract WaitFace make(WaitSettings settings);

  private WaitFace open() {
    return open(null);
  }

  private WaitFace open(EarlyWakes early) {
    WaitFace map =
        make(new WaitSettings(early, (key, value) -> undelivered.add(key + "=" + value)));
    maps.add(map);
    return map;
  }

  @AfterEach
  final void everyWaitEnds() {
    maps.forEach(WaitFace::close);
    maps.forEach(map -> assertEquals(0, map.size(), "nobody waits in a closed map"));
  }

  private static <X extends Throwable> X failure(Class<X> type, CompletableFuture<String> wait) {
    return Outcome.of(wait.handle(Outcome::new)).assertFailure(type);
  }

  private static WakeOutcome<String> noMatch(String value) {
    return new WakeOutcome.NoMatch<>(value);
  }

  @Test
  @DisplayName("W2: what is sent after the wait began is not missed; nobody waits then")
  final void wake() {
    WaitFace map = open();
    for (String value : List.of("a", "b")) {
      CompletableFuture<String> wait = map.await(1);
      CompletableFuture<String> other = map.await(2, Bounded.BOUND);
      assertEquals(2, map.size());
      assertEquals(WOKE, map.wake(2, value + 2));
      assertFalse(wait.isDone());
      assertEquals(WOKE, map.wake(1, value + 1));
      assertEquals(value + 1, Bounded.get("the value", wait));
      assertEquals(value + 2, Bounded.get("the value", other));
      assertEquals(0, map.size());
    }
  }

  @Test
  @DisplayName("W1: a second waiter of a key is refused, and the first is not touched")
  final void duplicate() {
    WaitFace map = open();
    CompletableFuture<String> first = map.await(1);
    failure(DuplicateWaiterException.class, map.await(1));
    failure(DuplicateWaiterException.class, map.await(1, Bounded.BOUND));

    assertEquals(1, map.size());
    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", Bounded.get("the value", first));
  }

  @Test
  @DisplayName("W1: of threads that race to wait for a key one is admitted, and gets the value")
  final void admitsOne() {
    WaitFace map = open();
    try (Race race = new Race(4)) {
      for (int i = 0; i < 200; i++) {
        int key = i;
        List<CompletableFuture<String>> waits = race.all(() -> map.await(key));
        assertEquals(1, map.size());
        assertEquals(WOKE, map.wake(key, "a"));
        int admitted = 0;
        for (CompletableFuture<String> wait : waits) {
          Outcome<String> told = Outcome.of(wait.handle(Outcome::new));
          if (told.failure() == null) {
            told.assertValue("a");
            admitted++;
          } else {
            told.assertFailure(DuplicateWaiterException.class);
          }
        }
        assertEquals(1, admitted);
      }
    }
  }

  @Test
  @DisplayName("W3: a value nobody waits for is handed back")
  final void handedBack() {
    WaitFace map = open();
    assertEquals(noMatch("a"), map.wake(1, "a"));
    CompletableFuture<String> wait = map.await(1);
    assertFalse(wait.isDone());
    assertEquals(WOKE, map.wake(1, "b"));

    assertEquals(noMatch("c"), map.wake(1, "c"));
    assertEquals("b", Bounded.get("the value", wait));
    assertEquals(List.of(), List.copyOf(undelivered));
  }

  @Test
  @DisplayName("W4: a wait that is cancelled leaves no entry; its key can be waited for again")
  final void cancel() {
    WaitFace map = open();
    for (CompletableFuture<String> wait : List.of(map.await(1), map.await(2, Bounded.BOUND))) {
      assertTrue(wait.cancel(true));
      failure(CancellationException.class, wait);
    }
    assertEquals(0, map.size());
    assertEquals(noMatch("a"), map.wake(1, "a"));

    CompletableFuture<String> again = map.await(2);
    assertEquals(WOKE, map.wake(2, "b"));
    assertEquals("b", Bounded.get("the value", again));
  }

  @Test
  @DisplayName("W4: a timeout is an OffloadTimeoutException with the limit, and leaves no entry")
  final void timeout() {
    WaitFace map = open();
    CompletableFuture<String> wait = map.await(1, BRIEF);

    assertEquals(BRIEF, failure(OffloadTimeoutException.class, wait).limit());
    assertEquals(0, map.size());
    assertEquals(noMatch("a"), map.wake(1, "a"));
  }

  @Test
  @DisplayName("W4: whoever is told the end of a wait may wait for that key again")
  final void againWhenTold() {
    WaitFace map = open();
    for (String end : List.of("wake", "cancel", "timeout")) {
      CompletableFuture<String> wait = end.equals("timeout") ? map.await(1, BRIEF) : map.await(1);
      CompletableFuture<CompletableFuture<String>> again = new CompletableFuture<>();
      var unused = wait.whenComplete((value, failure) -> again.complete(map.await(1)));
      if (end.equals("wake")) {
        assertEquals(WOKE, map.wake(1, "a"));
      } else if (end.equals("cancel")) {
        assertTrue(wait.cancel(true));
      }
      CompletableFuture<String> next = Bounded.get("told", again);
      assertEquals(WOKE, map.wake(1, "next"), end);
      assertEquals("next", Bounded.get("the value", next));
    }
  }

  @Test
  @DisplayName(
      "W4: a close ends all waits and those to come with its first cause; wakes are Closed")
  final void close() {
    WaitFace map = open();
    IllegalStateException cause = new IllegalStateException("connection lost");
    CompletableFuture<String> given = map.await(1);
    List<CompletableFuture<String>> waiting = List.of(map.await(2), map.await(3, Bounded.BOUND));
    assertEquals(WOKE, map.wake(1, "a"));
    assertFalse(map.isClosed());
    map.close(cause);
    map.close(new IllegalStateException("late"));
    map.close();

    assertTrue(map.isClosed());
    assertEquals("a", Bounded.get("what was given before arrives", given));
    for (CompletableFuture<String> wait : waiting) {
      assertSame(cause, failure(WaitMapClosedException.class, wait).getCause());
    }
    assertSame(cause, failure(WaitMapClosedException.class, map.await(2)).getCause());
    failure(WaitMapClosedException.class, map.await(4, Bounded.BOUND));
    assertEquals(new WakeOutcome.Closed<>("b"), map.wake(2, "b"));
    assertEquals(0, map.size());
  }

  @Test
  @DisplayName(
      "W4: a wake that races the close is Woke or Closed: it is not told that nobody waits")
  final void wakeRacesClose() {
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        WaitFace map = make(new WaitSettings(null, (key, value) -> undelivered.add(value)));
        CompletableFuture<String> wait = map.await(1);
        Callable<Object> close =
            () -> {
              map.close();
              return WOKE;
            };
        Object outcome = race.each(List.of(() -> map.wake(1, "a"), close)).get(0);
        if (outcome.equals(WOKE)) {
          assertEquals("a", Bounded.get("the value", wait));
        } else {
          assertEquals(new WakeOutcome.Closed<>("a"), outcome);
          failure(WaitMapClosedException.class, wait);
        }
      }
    }
  }

  @Test
  @DisplayName(
      "W6: an early wake is stored, one for each key, and the next who waits has it at once")
  final void stored() {
    WaitFace map = open(new EarlyWakes(2, Bounded.BOUND));
    assertEquals(STORED, map.wake(1, "a"));
    assertEquals(noMatch("b"), map.wake(1, "b"));
    assertEquals(STORED, map.wake(2, "c"));
    assertEquals(0, map.size(), "nobody waits");

    CompletableFuture<String> first = map.await(1);
    assertTrue(first.isDone());
    assertEquals("a", Bounded.get("the value", first));
    assertEquals("c", Bounded.get("the value", map.await(2, BRIEF)));
    assertFalse(map.await(1).isDone(), "it was given once");
    assertEquals(List.of(), List.copyOf(undelivered));
  }

  @Test
  @DisplayName(
      "W6: what is too much, or there at the close, falls out to onUndelivered, the oldest first")
  final void fallsOut() {
    WaitFace map = open(new EarlyWakes(2, Bounded.BOUND));
    assertEquals(STORED, map.wake(1, "a"));
    assertEquals(STORED, map.wake(2, "b"));
    assertEquals(STORED, map.wake(3, "c"));
    assertEquals(List.of("1=a"), List.copyOf(undelivered));
    map.close();

    assertEquals(List.of("1=a", "2=b", "3=c"), List.copyOf(undelivered));
  }

  @Test
  @DisplayName("W6: a stored value that grows too old falls out to onUndelivered")
  final void tooOld() {
    WaitFace map = open(new EarlyWakes(2, BRIEF));
    assertEquals(STORED, map.wake(1, "a"));
    Bounded.until("it falls out", () -> !undelivered.isEmpty());

    assertEquals(List.of("1=a"), List.copyOf(undelivered));
    assertFalse(map.await(1).isDone());
  }

  @Test
  @DisplayName(
      "W3: of wakes racing cancels, timeouts and closes each value ends in exactly one place")
  final void storm() {
    WaitFace shared = open();
    int rounds = 1_000;
    int woken = 0;
    int delivered = 0;
    try (Race race = new Race(3)) {
      for (int i = 0; i < rounds; i++) {
        WaitFace map = i % 4 == 0 ? open() : shared;
        int key = i;
        CompletableFuture<String> wait =
            i % 3 == 0 ? map.await(key, Duration.ofNanos(50_000)) : map.await(key);
        Callable<Object> end =
            () -> {
              if (map == shared) {
                return wait.cancel(true);
              }
              map.close();
              return false;
            };
        List<Object> answers =
            race.each(List.of(() -> map.wake(key, "a"), end, () -> map.wake(key, "b")));
        Outcome<String> told = Outcome.of(wait.handle(Outcome::new));
        for (int w = 0; w < 3; w += 2) {
          String value = w == 0 ? "a" : "b";
          if (answers.get(w).equals(WOKE)) {
            woken++;
          } else {
            assertTrue(
                answers.get(w).equals(noMatch(value))
                    || answers.get(w).equals(new WakeOutcome.Closed<>(value)),
                "it is handed back");
            assertFalse(value.equals(told.value()), "and nobody has it");
          }
        }
        if (told.failure() == null) {
          delivered++;
        }
        assertFalse(map.wake(key, "later").equals(WOKE), "no entry is left");
      }
    }
    int expected = woken - delivered;
    Bounded.until("the others are told of", () -> undelivered.size() >= expected);
    assertEquals(expected, undelivered.size());
  }
}
