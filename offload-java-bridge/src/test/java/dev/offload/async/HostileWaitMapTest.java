package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.EarlyWakes;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.HostileId;
import dev.offload.contract.fixture.Neighbours;
import dev.offload.contract.fixture.Once;
import dev.offload.contract.fixture.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A wait map among waiters, keys and consumers that behave badly")
class HostileWaitMapTest {
  private final Neighbours neighbours = new Neighbours();

  @AfterEach
  void close() {
    neighbours.letGo();
    neighbours.assertNoThreadStaysBusy();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return assertThrows(
            ExecutionException.class, () -> future.get(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS))
        .getCause();
  }

  @Test
  @DisplayName("R9: a waiter that blocks with its value holds up nobody who wakes")
  void stageThatBlocksAtAWake() {
    AsyncWaitMap<Integer, String> map = AsyncWaitMap.create();
    Block block = neighbours.block();
    CompletableFuture<String> wait = map.await(1);
    var unused = wait.thenAccept(value -> block.hold());
    WakeOutcome<String> outcome =
        Bounded.get("wake returns", Bounded.supply(() -> map.wake(1, "a")));

    assertInstanceOf(WakeOutcome.Woke.class, outcome);
    block.awaitArrival();
    assertEquals("a", Bounded.get("the value", wait));
    CompletableFuture<String> again = map.await(1);
    assertInstanceOf(WakeOutcome.Woke.class, map.wake(1, "b"));
    assertEquals("b", Bounded.get("the next value", again));
  }

  @Test
  @DisplayName("W4: a waiter that blocks at the close keeps no other waiter waiting")
  void stageThatBlocksAtTheClose() {
    AsyncWaitMap<Integer, String> map = AsyncWaitMap.create();
    Block block = neighbours.block();
    List<CompletableFuture<String>> waits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waits.add(map.await(i));
    }
    var unused = waits.get(7).whenComplete((value, failure) -> block.hold());
    Bounded.run("close returns", map::close);

    waits.forEach(wait -> assertInstanceOf(WaitMapClosedException.class, failure(wait)));
    assertEquals(0, map.size());
  }

  @Test
  @DisplayName("W4: waiters that block at their timeouts delay no other timeout")
  void stageThatBlocksAtATimeout() {
    AsyncWaitMap<Integer, String> map = AsyncWaitMap.create();
    Block block = neighbours.block();
    List<CompletableFuture<String>> waits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      CompletableFuture<String> wait = map.await(i, Duration.ofMillis(5));
      var unused = wait.whenComplete((value, failure) -> block.hold());
      waits.add(wait);
    }
    waits.forEach(
        wait -> assertInstanceOf(dev.offload.OffloadTimeoutException.class, failure(wait)));
    Bounded.until("no entry stays", () -> map.size() == 0);
    map.close();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("W3: a consumer of undelivered values that throws keeps nothing from the others")
  void consumerThatThrows(Refusal thrown) {
    Queue<String> given = new ConcurrentLinkedQueue<>();
    AsyncWaitMap<Integer, String> map =
        AsyncWaitMap.<Integer, String>builder()
            .earlyWakes(new EarlyWakes(100, Duration.ofHours(1)))
            .onUndelivered(
                (key, value) -> {
                  given.add(value);
                  thrown.raise();
                })
            .build();
    for (int i = 0; i < 10; i++) {
      assertInstanceOf(WakeOutcome.Stored.class, map.wake(i, "value " + i));
    }
    CompletableFuture<String> waiting = map.await(50);
    Bounded.run("close returns", map::close);

    Bounded.until("all are given", () -> given.size() == 10);
    assertInstanceOf(WaitMapClosedException.class, failure(waiting));
    assertInstanceOf(WakeOutcome.Closed.class, map.wake(1, "late"));
  }

  @Test
  @DisplayName("W3: a consumer of undelivered values may wake and await in its call")
  void consumerThatComesBack() {
    Queue<WakeOutcome<String>> outcomes = new ConcurrentLinkedQueue<>();
    List<AsyncWaitMap<Integer, String>> self = new ArrayList<>();
    AsyncWaitMap<Integer, String> map =
        AsyncWaitMap.<Integer, String>builder()
            .earlyWakes(new EarlyWakes(1, Duration.ofHours(1)))
            .onUndelivered((key, value) -> outcomes.add(self.get(0).wake(99, value)))
            .build();
    self.add(map);
    CompletableFuture<String> waiting = map.await(99);
    assertInstanceOf(WakeOutcome.Stored.class, map.wake(1, "a"));
    var stored = Bounded.get("wake returns", Bounded.supply(() -> map.wake(2, "b")));

    assertInstanceOf(WakeOutcome.Stored.class, stored);
    assertEquals("a", Bounded.get("what fell out", waiting));
    assertEquals(1, outcomes.size());
    Bounded.run("close returns", map::close);
  }

  @Test
  @DisplayName(
      "W4: a key whose equals throws once when its wait ends leaves no entry that is stuck")
  void keyThatThrows() {
    Once once = new Once();
    AsyncWaitMap<HostileId, String> map = AsyncWaitMap.create();
    CompletableFuture<String> neighbour = map.await(new HostileId("neighbour").onEquals(once));
    HostileId key = new HostileId("same").onEquals(once);
    for (int i = 0; i < 3; i++) {
      CompletableFuture<String> wait = map.await(key);
      once.arm(() -> new IllegalStateException("not comparable"));
      assertTrue(wait.cancel(true));
      once.disarm();
      CompletableFuture<String> again = map.await(key);
      once.arm(() -> new IllegalStateException("not comparable"));
      String value = "value " + i;
      assertThrows(IllegalStateException.class, () -> map.wake(key, value));
      assertFalse(again.isDone());
      assertInstanceOf(WakeOutcome.Woke.class, map.wake(key, value));
      assertEquals(value, Bounded.get("the value", again));
    }
    map.close();
    assertInstanceOf(WaitMapClosedException.class, failure(neighbour));
    assertEquals(0, map.size());
  }
}
