package dev.offload.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.DuplicateWaiterException;
import dev.offload.EarlyWakes;
import dev.offload.NoMatchReason;
import dev.offload.OffloadTimeoutException;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import dev.offload.contract.face.WaitFace;
import dev.offload.contract.face.WaitSettings;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** W1 to W4, W6: waiting by key, one suite that runs through every face. */
public abstract class WaitContract {
  private static final WakeOutcome<String> WOKE = new WakeOutcome.Woke<>();
  private static final WakeOutcome<String> STORED = new WakeOutcome.Stored<>();
  private static final Duration BRIEF = Duration.ofMillis(5);

  private final Queue<String> undelivered = new ConcurrentLinkedQueue<>();
  private final List<WaitFace> maps = new ArrayList<>();

  public abstract WaitFace make(WaitSettings settings);

  private WaitFace open() {
    return open(null);
  }

  private WaitFace open(EarlyWakes early) {
    return open(early, 0);
  }

  private WaitFace open(EarlyWakes early, int remember) {
    WaitFace map =
        make(new WaitSettings(early, remember, (key, value) -> undelivered.add(key + "=" + value)));
    maps.add(map);
    return map;
  }

  @AfterEach
  public final void everyWaitEnds() {
    maps.forEach(WaitFace::close);
    maps.forEach(map -> assertEquals(0, map.size(), "nobody waits in a closed map"));
  }

  private static <X extends Throwable> X failure(Class<X> type, CompletableFuture<String> wait) {
    return Outcome.of(wait.handle(Outcome::new)).assertFailure(type);
  }

  private static WakeOutcome<String> noMatch(String value) {
    return noMatch(value, NoMatchReason.UNKNOWN);
  }

  private static WakeOutcome<String> noMatch(String value, NoMatchReason reason) {
    return new WakeOutcome.NoMatch<>(value, reason);
  }

  @Test
  @DisplayName("W2: what is sent after the wait began is not missed; nobody waits then")
  public final void wake() {
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
  public final void duplicate() {
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
  public final void admitsOne() {
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
  public final void handedBack() {
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
  public final void cancel() {
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
  public final void timeout() {
    WaitFace map = open();
    CompletableFuture<String> wait = map.await(1, BRIEF);

    assertEquals(BRIEF, failure(OffloadTimeoutException.class, wait).limit());
    assertEquals(0, map.size());
    assertEquals(noMatch("a"), map.wake(1, "a"));
  }

  @Test
  @DisplayName("W4: whoever is told the end of a wait may wait for that key again")
  public final void againWhenTold() {
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
  public final void close() {
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
  public final void wakeRacesClose() {
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        WaitFace map = make(new WaitSettings(null, 0, (key, value) -> undelivered.add(value)));
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
  public final void stored() {
    WaitFace map = open(new EarlyWakes(2, Bounded.BOUND));
    assertEquals(STORED, map.wake(1, "a"));
    assertEquals(noMatch("b", NoMatchReason.DUPLICATE), map.wake(1, "b"));
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
  public final void fallsOut() {
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
  public final void tooOld() {
    WaitFace map = open(new EarlyWakes(2, BRIEF));
    assertEquals(STORED, map.wake(1, "a"));
    Bounded.until("it falls out", () -> !undelivered.isEmpty());

    assertEquals(List.of("1=a"), List.copyOf(undelivered));
    assertFalse(map.await(1).isDone());
  }

  @Test
  @DisplayName(
      "W3: of wakes racing cancels, timeouts and closes each value ends in exactly one place")
  public final void storm() {
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

  @Test
  @DisplayName("W4: who waits for a key that is failed gets exactly that, and nobody waits then")
  public final void fail() {
    WaitFace map = open();
    IllegalStateException cause = new IllegalStateException("refused");
    CompletableFuture<String> other = map.await(9);
    for (int round = 0; round < 2; round++) {
      CompletableFuture<String> wait = map.await(1);
      CompletableFuture<String> limited = map.await(2, Bounded.BOUND);
      CompletableFuture<String> orNull = map.awaitOrNull(3, Bounded.BOUND);
      for (int key = 1; key <= 3; key++) {
        assertTrue(map.fail(key, cause));
        assertFalse(map.fail(key, new IllegalStateException("second")));
      }
      for (CompletableFuture<String> one : List.of(wait, limited, orNull)) {
        assertSame(cause, failure(IllegalStateException.class, one));
      }
      assertEquals(1, map.size());
      assertEquals(noMatch("a"), map.wake(1, "a"));
    }
    assertEquals(0, cause.getSuppressed().length);
    assertEquals(WOKE, map.wake(9, "b"));
    assertEquals("b", Bounded.get("the value", other));
  }

  @Test
  @DisplayName("W3: failing a key touches no value: none that was given, none that is stored")
  public final void failTouchesNoValue() {
    WaitFace map = open(new EarlyWakes(2, Bounded.BOUND));
    IllegalStateException cause = new IllegalStateException("refused");
    CompletableFuture<String> given = map.await(1);
    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals(STORED, map.wake(2, "b"));
    assertFalse(map.fail(1, cause));
    assertFalse(map.fail(2, cause));
    assertEquals(0, map.failAll(cause));

    assertEquals("a", Bounded.get("what was given arrives", given));
    assertEquals("b", Bounded.get("what was stored arrives", map.await(2)));
    map.close();
    assertFalse(map.fail(1, cause));
    assertEquals(0, map.failAll(cause));
    assertEquals(List.of(), List.copyOf(undelivered));
  }

  @Test
  @DisplayName("E1: nobody can be failed with a CancellationException")
  public final void failsWithNoCancellation() {
    WaitFace map = open();
    CompletableFuture<String> wait = map.await(1);
    CancellationException cause = new CancellationException("mine");
    for (Executable call :
        List.<Executable>of(() -> map.fail(1, cause), () -> map.failAll(cause))) {
      assertEquals(
          "cause must not be a CancellationException, which tells who waits that it is cancelled"
              + " itself",
          assertThrows(IllegalArgumentException.class, call).getMessage());
    }
    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", Bounded.get("the value", wait));
  }

  @Test
  @DisplayName("W4: all who wait are failed with the cause, and the map is open for those to come")
  public final void failAll() {
    WaitFace map = open();
    IllegalStateException cause = new IllegalStateException("connection lost");
    CompletableFuture<String> given = map.await(0);
    assertEquals(WOKE, map.wake(0, "a"));
    List<CompletableFuture<String>> waiting =
        List.of(map.await(1), map.await(2, Bounded.BOUND), map.awaitOrNull(3, Bounded.BOUND));
    assertEquals(3, map.failAll(cause));
    assertEquals(0, map.failAll(cause));

    for (CompletableFuture<String> wait : waiting) {
      assertSame(cause, failure(IllegalStateException.class, wait));
    }
    assertEquals("a", Bounded.get("what was given before arrives", given));
    assertEquals(0, map.size());
    assertFalse(map.isClosed());
    CompletableFuture<String> next = map.await(1);
    assertEquals(WOKE, map.wake(1, "b"));
    assertEquals("b", Bounded.get("the next connection's", next));
  }

  @Test
  @DisplayName("W4: who is failed with all others and waits again at once is not failed again")
  public final void failAllOnce() {
    WaitFace map = open();
    int many = 500;
    List<CompletableFuture<CompletableFuture<String>>> again = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      int key = i;
      CompletableFuture<CompletableFuture<String>> next = new CompletableFuture<>();
      again.add(next);
      var unused =
          map.await(key)
              .whenComplete((value, failure) -> next.complete(map.await(key * 7_919 + many)));
    }
    assertEquals(many, map.failAll(new IllegalStateException("connection lost")));
    for (CompletableFuture<CompletableFuture<String>> next : again) {
      assertFalse(Bounded.get("told", next).isDone());
    }
    assertEquals(many, map.size());
  }

  @Test
  @DisplayName("W3, W4: of wakes, fails and cancels that race for a wait exactly one ends it")
  public final void failRaces() {
    IllegalStateException cause = new IllegalStateException("refused");
    int woken = 0;
    int delivered = 0;
    try (Race race = new Race(3)) {
      for (int i = 0; i < 1_000; i++) {
        WaitFace map = i % 4 == 0 ? open() : maps.isEmpty() ? open() : maps.get(0);
        int key = i;
        int round = i;
        CompletableFuture<String> wait =
            i % 5 == 0 ? map.await(key, Duration.ofNanos(50_000)) : map.await(key);
        Callable<Object> fails = () -> map.fail(key, cause);
        Callable<Object> failsAll = () -> map.failAll(cause) == 1;
        Callable<Object> cancels =
            () -> {
              if (round % 4 == 0) {
                map.close();
              } else {
                wait.cancel(true);
              }
              return false;
            };
        Callable<Object> wakes = () -> map.wake(key, "a");
        List<Object> answers =
            race.each(List.of(wakes, i % 2 == 0 ? fails : failsAll, i % 3 == 0 ? fails : cancels));
        Outcome<String> told = Outcome.of(wait.handle(Outcome::new));
        boolean woke = answers.get(0).equals(WOKE);
        long failed = answers.stream().filter(answer -> answer.equals(true)).count();
        assertTrue(failed + (woke ? 1 : 0) <= 1, "one of them has the entry");
        assertTrue(failed == 1 || told.failure() != cause, "who failed it says so");
        assertTrue(
            failed == 0
                || told.failure() == cause
                || told.failure() instanceof CancellationException, // cancelled before it was told
            "and nothing else ended it");
        woken += woke ? 1 : 0;
        delivered += told.failure() == null ? 1 : 0;
        assertFalse(woke && told.failure() == null && !"a".equals(told.value()));
        assertFalse(!woke && "a".equals(told.value()), "what is handed back nobody has");
        assertFalse(map.waitingKeys().contains(key), "no entry is left");
      }
    }
    int expected = woken - delivered;
    Bounded.until("the others are told of", () -> undelivered.size() >= expected);
    assertEquals(expected, undelivered.size());
  }

  @Test
  @DisplayName("W4: the keys that are waited for can be listed")
  public final void waitingKeys() {
    WaitFace map = open(new EarlyWakes(2, Bounded.BOUND), 2);
    assertEquals(List.of(), map.waitingKeys());
    CompletableFuture<String> one = map.await(1);
    CompletableFuture<String> two = map.await(2, Bounded.BOUND);
    assertEquals(STORED, map.wake(3, "stored"));
    List<Integer> both = map.waitingKeys();
    assertEquals(List.of(1, 2), both.stream().sorted().toList());
    assertThrows(UnsupportedOperationException.class, () -> both.remove(0));
    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals(List.of(2), map.waitingKeys());
    assertEquals(2, both.size(), "a list once made does not change");
    assertEquals("a", Bounded.get("the value", one));
    map.close();
    assertEquals(List.of(), map.waitingKeys());
    failure(WaitMapClosedException.class, two);
  }

  @Test
  @DisplayName(
      "W4: a wait for a value or null answers null when its time is over, no entry is left")
  public final void awaitOrNull() {
    WaitFace map = open();
    CompletableFuture<String> wait = map.awaitOrNull(1, Bounded.BOUND);
    failure(DuplicateWaiterException.class, map.awaitOrNull(1, BRIEF));
    assertEquals(WOKE, map.wake(1, "a"));
    assertEquals("a", Bounded.get("the value", wait));
    assertNull(Bounded.get("the time is over", map.awaitOrNull(1, BRIEF)));
    assertEquals(0, map.size());
    assertEquals(noMatch("b"), map.wake(1, "b"));

    CompletableFuture<String> failed = map.awaitOrNull(1, Bounded.BOUND);
    CompletableFuture<String> other = map.await(2, BRIEF);
    OffloadTimeoutException notItsOwn = failure(OffloadTimeoutException.class, other);
    assertTrue(map.fail(1, notItsOwn));
    assertSame(notItsOwn, failure(OffloadTimeoutException.class, failed));
    map.close();
    failure(WaitMapClosedException.class, map.awaitOrNull(1, BRIEF));
  }

  @Test
  @DisplayName("W3: a map that remembers tells a value that is late, however its wait ended")
  public final void late() {
    WaitFace map = open(null, 10);
    IllegalStateException cause = new IllegalStateException("refused");
    CompletableFuture<String> timed = map.await(1, BRIEF);
    CompletableFuture<String> cancelled = map.await(2);
    CompletableFuture<String> failed = map.await(3);
    CompletableFuture<String> allFailed = map.await(4);
    failure(OffloadTimeoutException.class, timed);
    assertTrue(cancelled.cancel(true));
    failure(CancellationException.class, cancelled);
    assertTrue(map.fail(3, cause));
    assertEquals(1, map.failAll(cause));
    for (int key = 1; key <= 4; key++) {
      assertEquals(noMatch("a", NoMatchReason.LATE), map.wake(key, "a"), "key " + key);
      assertEquals(noMatch("b", NoMatchReason.DUPLICATE), map.wake(key, "b"));
      assertEquals(noMatch("c", NoMatchReason.DUPLICATE), map.wake(key, "c"));
    }
    failure(IllegalStateException.class, failed);
    failure(IllegalStateException.class, allFailed);
    assertEquals(noMatch("a"), map.wake(5, "a"));
    assertEquals(noMatch("a"), map.wake(5, "a"), "a key nobody waited for is not remembered");
    map.close();
    assertEquals(new WakeOutcome.Closed<>("a"), map.wake(1, "a"));
  }

  @Test
  @DisplayName("W3: a map that remembers tells a duplicate; a new wait for the key begins anew")
  public final void duplicateValue() {
    WaitFace map = open(null, 10);
    for (String value : List.of("a", "b")) {
      CompletableFuture<String> wait = map.await(1);
      assertEquals(WOKE, map.wake(1, value));
      assertEquals(noMatch("c", NoMatchReason.DUPLICATE), map.wake(1, "c"));
      assertEquals(value, Bounded.get("the value", wait));
      assertEquals(noMatch("d", NoMatchReason.DUPLICATE), map.wake(1, "d"));
      assertFalse(map.fail(1, new IllegalStateException("nobody")));
      assertEquals(noMatch("e", NoMatchReason.DUPLICATE), map.wake(1, "e"));

      CompletableFuture<String> timed = map.await(1, BRIEF);
      failure(OffloadTimeoutException.class, timed);
      assertEquals(noMatch("f", NoMatchReason.LATE), map.wake(1, "f"));
    }
  }

  @Test
  @DisplayName("W6: as many keys are remembered as was said: the oldest is forgotten, and no other")
  public final void remembersSoMany() {
    WaitFace map = open(null, 3);
    List<CompletableFuture<String>> waits = IntStream.range(0, 5).mapToObj(map::await).toList();
    for (int key = 0; key < 5; key++) {
      assertEquals(WOKE, map.wake(key, "a"));
    }
    for (int key = 0; key < 5; key++) {
      NoMatchReason reason = key < 2 ? NoMatchReason.UNKNOWN : NoMatchReason.DUPLICATE;
      assertEquals(noMatch("b", reason), map.wake(key, "b"));
      assertEquals("a", Bounded.get("the value", waits.get(key)));
    }
    CompletableFuture<String> again = map.await(3); // forgets it, so there is room for one
    CompletableFuture<String> other = map.await(9);
    assertEquals(WOKE, map.wake(9, "a"));
    assertEquals(noMatch("b", NoMatchReason.DUPLICATE), map.wake(2, "b"));
    assertEquals(WOKE, map.wake(3, "a"));
    assertEquals(noMatch("b"), map.wake(2, "b"));
    assertEquals("a", Bounded.get("the value", again));
    assertEquals("a", Bounded.get("the value", other));
  }

  @Test
  @DisplayName(
      "W6: a map that stores and remembers stores what is early, not what is late or twice")
  public final void storesAndRemembers() {
    WaitFace map = open(new EarlyWakes(2, Bounded.BOUND), 10);
    assertEquals(STORED, map.wake(1, "early"));
    assertEquals(noMatch("b", NoMatchReason.DUPLICATE), map.wake(1, "b"));
    assertEquals("early", Bounded.get("the value", map.await(1)));
    assertEquals(noMatch("c", NoMatchReason.DUPLICATE), map.wake(1, "c"));
    failure(OffloadTimeoutException.class, map.await(1, BRIEF));
    assertEquals(noMatch("d", NoMatchReason.LATE), map.wake(1, "d"));
    assertEquals(STORED, map.wake(2, "e"));
    map.close();
    assertEquals(List.of("2=e"), List.copyOf(undelivered));
  }

  @Test
  @DisplayName(
      "W3: of wakes that race a cancel, one is Woke or late, and all others are duplicates")
  public final void remembersInRaces() {
    WaitFace map = open(null, 10);
    try (Race race = new Race(4)) {
      for (int i = 0; i < 1_000; i++) {
        int key = i;
        CompletableFuture<String> wait = map.await(key);
        Callable<Object> wakes = () -> map.wake(key, "a");
        Callable<Object> ends = i % 2 == 0 ? () -> wait.cancel(true) : wakes;
        List<Object> answers = race.each(List.of(wakes, wakes, wakes, ends));
        long first =
            answers.stream()
                .filter(
                    answer ->
                        answer.equals(WOKE) || answer.equals(noMatch("a", NoMatchReason.LATE)))
                .count();
        assertEquals(1, first, answers::toString);
        assertFalse(answers.contains(noMatch("a")), "it is remembered all the time");
        assertEquals(noMatch("b", NoMatchReason.DUPLICATE), map.wake(key, "b"));
        var unused = Outcome.of(wait.handle(Outcome::new));
      }
    }
  }
}
