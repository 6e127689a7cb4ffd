package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.OffloadTimeoutException;
import dev.offload.ScopeClosedException;
import dev.offload.TimeLimit;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.Handle;
import dev.offload.contract.face.Wait;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** T1: the time of a scope. */
public interface ScopeTimeContract extends Contract {
  Duration BRIEF = Duration.ofMillis(10);

  /** Tries with more and more time, until what has to come before its end did so. */
  private static void inTime(Consumer<Duration> attempt) {
    for (Duration time = BRIEF; ; time = time.multipliedBy(2)) {
      try {
        attempt.accept(time);
        return;
      } catch (TooLate e) {
        assertTrue(time.compareTo(Bounded.BOUND) < 0, "the submission comes in time");
      }
    }
  }

  /** The time was over before the job was submitted. */
  final class TooLate extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static Handle<Integer> submit(FaceScope scope, Body<Integer> body) {
    try {
      return scope.submit(LOAD.key("same"), body);
    } catch (ScopeClosedException e) {
      throw new TooLate();
    }
  }

  private static void assertTimedOut(Duration time, Outcome<?> outcome) {
    OffloadTimeoutException told = outcome.assertFailure(OffloadTimeoutException.class);
    assertEquals(TimeLimit.SCOPE, told.exceeded());
    assertEquals(time, told.limit());
    assertTrue(told.getMessage().contains("'request'"), told::getMessage);
  }

  private static ScopeOptions options(Duration time) {
    return ScopeOptions.unset().withTimeout(time);
  }

  /** What a scope around the block answers, if its job was submitted in time. */
  private static Outcome<Integer> outcome(Wait<Integer> scope) {
    Outcome<Integer> told = Bounded.get("the scope", Bounded.supply(scope::block));
    if (told.failure() instanceof TooLate late) {
      throw late;
    }
    return told;
  }

  @Test
  @DisplayName("T1: a scope whose time is over is cancelled, with what is in it and under it")
  default void opened() {
    Face face = bench().open();
    Body<Integer> other = bench().held(() -> 2);
    Handle<Integer> beside = face.submit(LOAD.key("beside"), other);
    inTime(
        time -> {
          Body<Integer> body = bench().held(() -> 1);
          Body<Integer> below = bench().held(() -> 1);
          FaceScope scope = bench().scope(face, "request", options(time));
          Handle<Integer> own = submit(scope, body);
          FaceScope inner;
          try {
            inner = bench().scope(scope, "inner");
          } catch (ScopeClosedException e) {
            throw new TooLate();
          }
          List.of(own, submit(inner, below))
              .forEach(handle -> Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED));
          Bounded.run("the end of the scope", scope::close);
          ScopeClosedException told =
              assertThrows(
                  ScopeClosedException.class,
                  () -> scope.submit(LOAD.key("late"), Body.of(() -> 3)));
          assertTrue(told.getMessage().contains(time.toString()), told::getMessage);
        });
    other.release();
    Outcome.of(beside).assertValue(2);
  }

  @Test
  @DisplayName("T1: a scope around a block says that its time was over, after its bodies ended")
  default void block() {
    Face face = bench().open();
    inTime(
        time -> {
          Body<Integer> body = bench().stubborn(() -> 1);
          Wait<Integer> scope =
              face.within(
                  "request",
                  options(time),
                  request -> {
                    Handle<Integer> handle = submit(request, body);
                    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
                    body.release();
                    return 3;
                  });
          assertTimedOut(time, outcome(scope));
          assertEquals(0, face.activeCount());
        });
  }

  @Test
  @DisplayName("T1: the time covers the wait for the jobs after the block")
  default void afterBlock() {
    Face face = bench().open();
    inTime(
        time -> {
          Body<Integer> body = bench().held(() -> 1);
          Wait<Integer> scope =
              face.within(
                  "request",
                  options(time),
                  request -> {
                    submit(request, body);
                    return 3;
                  });
          assertTimedOut(time, outcome(scope));
          assertEquals(0, face.activeCount());
        });
  }

  @Test
  @DisplayName("T1: what the block itself throws goes before its time")
  default void blockThrows() {
    Face face = bench().open();
    IllegalStateException own = new IllegalStateException("on purpose");
    inTime(
        time -> {
          Wait<Integer> scope =
              face.within(
                  "request",
                  options(time),
                  request -> {
                    Handle<Integer> handle = submit(request, bench().held(() -> 1));
                    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
                    throw own;
                  });
          assertSame(own, outcome(scope).failure());
        });
  }

  @Test
  @DisplayName("T1, E4: a job that fails a scope first is what the scope throws, not its time")
  default void failFastFirst() {
    Face face = bench().open();
    Wait<Integer> scope =
        face.within(
            "request",
            ScopeOptions.unset().withFailFast().withTimeout(Bounded.BOUND.multipliedBy(10)),
            request -> {
              request.submit(LOAD.key("failing"), Body.of(Ending.EXCEPTION::act));
              return 3;
            });
    Bounded.get("the scope", Bounded.supply(scope::block)).assertFailure(IOException.class);
  }

  @Test
  @DisplayName("T1: a scope that ends in time has its answer, and is not cancelled later")
  default void endsInTime() {
    Face face = bench().open();
    Wait<Integer> scope =
        face.within(
            "request",
            ScopeOptions.unset().withTimeout(Bounded.BOUND.multipliedBy(10)),
            request -> {
              Outcome.of(request.submit(LOAD.key("same"), Body.of(() -> 1))).assertValue(1);
              return 1;
            });
    Bounded.get("the scope", Bounded.supply(scope::block)).assertValue(1);
  }

  @Test
  @DisplayName("T1: a scope that somebody cancelled before does not speak of its time")
  default void cancelledBefore() {
    Face face = bench().open();
    FaceScope scope =
        bench().scope(face, "request", ScopeOptions.unset().withTimeout(Bounded.BOUND));
    scope.cancel();
    ScopeClosedException told =
        assertThrows(
            ScopeClosedException.class, () -> scope.submit(LOAD.key("late"), Body.of(() -> 3)));
    assertFalse(told.getMessage().contains(Bounded.BOUND.toString()), told::getMessage);
  }

  @Test
  @DisplayName("T1: a time that is not longer than zero, or that no timer can measure, is refused")
  default void badTime() {
    Face face = bench().open();
    for (Duration bad : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(1_000_000))) {
      IllegalArgumentException told =
          assertThrows(
              IllegalArgumentException.class,
              () -> face.openScope("request", ScopeOptions.unset().withTimeout(bad)));
      assertTrue(told.getMessage().contains("timeout"), told::getMessage);
    }
    assertEquals(0, face.snapshot().children().size());
  }
}
