package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** E5: a body that would wait for itself, directly or through others, is told so. */
public interface CycleContract extends Contract {
  OffloadKind<Object, Integer> THIRD = OffloadKind.named("third");
  OffloadKey.Keyed<Integer> A = LOAD.key("a");
  OffloadKey.Keyed<Integer> B = STORE.key("b");
  OffloadKey.Keyed<Integer> C = THIRD.key("c");

  /**
   * One who is told of a circle gives up its wait and answers; others hand on what they are told.
   */
  private static int noting(Queue<List<String>> told, Outcome<Integer> outcome) {
    if (outcome.failure() instanceof OffloadCycleException cycle) {
      told.add(cycle.kinds());
      return 1;
    }
    outcome.assertValue(1);
    return 1;
  }

  private Body<Integer> sharing(
      Queue<List<String>> told, Face face, OffloadKey.Keyed<Integer> key, Body<Integer> body) {
    return bench().waiting(() -> face.share(key, body).asWait(), outcome -> noting(told, outcome));
  }

  @Test
  @DisplayName("E5: a body that shares its own key is told, with the way around")
  default void ownKey() {
    Face face = bench().open();
    Queue<List<String>> told = new ConcurrentLinkedQueue<>();
    Body<Integer> never = Body.of(() -> 0);
    Body<Integer> body = sharing(told, face, A, never).release();

    Outcome.of(face.share(A, body)).assertValue(1);
    assertEquals(List.of(List.of("load", "load")), List.copyOf(told));
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("E5: a circle over three bodies is told to one of them at least; all three end")
  default void overThree() {
    Face face = bench().open();
    Queue<List<String>> told = new ConcurrentLinkedQueue<>();
    Body<Integer> last = sharing(told, face, A, Body.of(() -> 0)).release();
    Body<Integer> second = sharing(told, face, C, last).release();
    Body<Integer> first = sharing(told, face, B, second).release();

    Outcome.of(face.share(A, first)).assertValue(1);
    assertFalse(told.isEmpty(), "at least one of the three"); // more, if they begin together
    List<List<String>> waysAround =
        List.of(
            List.of("load", "store", "third", "load"),
            List.of("store", "third", "load", "store"),
            List.of("third", "load", "store", "third"));
    assertTrue(waysAround.containsAll(told), told::toString);
  }

  @Test
  @DisplayName(
      "E5: of two bodies that race to wait for each other one at least is told, none hangs")
  default void racingWaits() {
    Face face = bench().open();
    for (int i = 0; i < 100; i++) {
      Queue<List<String>> told = new ConcurrentLinkedQueue<>();
      CompletableFuture<Handle<Integer>> second = new CompletableFuture<>();
      Body<Integer> one =
          bench().waiting(() -> second.join().asWait(), outcome -> noting(told, outcome));
      Handle<Integer> first = face.submit(LOAD.key(i), one);
      Body<Integer> other = bench().waiting(first::asWait, outcome -> noting(told, outcome));
      second.complete(face.submit(STORE.key(i), other));
      one.awaitStarted();
      other.awaitStarted();
      one.release();
      other.release();

      Outcome.of(first).assertValue(1);
      Outcome.of(second.join()).assertValue(1);
      assertFalse(told.isEmpty(), "at least one of the two");
    }
  }

  @Test
  @DisplayName("E5: joinAll in a body waits for that body, too, and is refused")
  default void joinAll() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    for (FaceScope waitedFor : List.of(scope, face)) {
      Body<Integer> body =
          bench()
              .waiting(
                  waitedFor::joinAll,
                  told -> {
                    told.assertFailure(OffloadCycleException.class);
                    return 1;
                  })
              .release();
      Outcome.of(scope.submit(A, body)).assertValue(1);
    }
  }

  @Test
  @DisplayName("E5: the end of a scope in a body, when a job of that scope waits for the body")
  default void endOfScope() {
    Face face = bench().open();
    Queue<List<String>> told = new ConcurrentLinkedQueue<>();
    Body<Integer> inner = sharing(told, face, A, Body.of(() -> 0)).release();
    AtomicInteger toldAtTheEnd = new AtomicInteger();
    Body<Integer> outer =
        bench()
            .<Integer, Integer>waiting(
                () ->
                    face.within(
                        "inner",
                        ScopeOptions.unset(),
                        scope -> {
                          scope.submit(B, inner);
                          return 0;
                        }),
                outcome -> {
                  if (outcome.failure() != null) {
                    outcome.assertFailure(OffloadCycleException.class);
                    toldAtTheEnd.incrementAndGet();
                  }
                  return 1;
                })
            .release();

    Outcome.of(face.share(A, outer)).assertValue(1);
    Bounded.run("the scope ends", face::close);
    assertTrue(told.size() + toldAtTheEnd.get() > 0, "one of the two was told");
  }

  @Test
  @DisplayName("E5: a scope in a body ends before the body does, and is no circle")
  default void scopeInBody() {
    Face face = bench().open();
    Body<Integer> inner = Body.of(() -> 2);
    Body<Integer> outer =
        bench()
            .<Integer, Integer>waiting(
                () ->
                    face.within(
                        "inner",
                        ScopeOptions.unset(),
                        scope -> {
                          scope.submit(A, inner);
                          return 1;
                        }),
                told -> told.value() + (inner.hasEnded() ? 1 : 0))
            .release();

    Outcome.of(face.share(A, outer)).assertValue(2);
  }

  private static void awaitLeases(Face face, OffloadKey.Keyed<Integer> key, long leases) {
    Bounded.until(
        leases + " wait", () -> face.find(key).filter(job -> job.leases() == leases).isPresent());
  }

  @Test
  @DisplayName("E5: many who wait for one, some of them through others, are no circle")
  default void noFalseAlarm() {
    Face face = bench().open();
    Body<Integer> shared = bench().held(() -> 1);
    Queue<List<String>> told = new ConcurrentLinkedQueue<>();
    List<Handle<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Body<Integer> direct = sharing(told, face, C, shared).release();
      Body<Integer> through = sharing(told, face, STORE.key(i), direct).release();
      all.add(face.share(LOAD.key(i), through));
      all.add(face.share(STORE.key(i), direct));
      all.add(face.share(LOAD.key("direct " + i), direct));
    }
    awaitLeases(face, C, 20);
    for (int i = 0; i < 10; i++) {
      awaitLeases(face, STORE.key(i), 2);
    }
    shared.release();

    all.forEach(handle -> Outcome.of(handle).assertValue(1));
    assertEquals(List.of(), List.copyOf(told));
    assertEquals(1, shared.runs());
  }
}
