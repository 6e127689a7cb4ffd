package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.OffloadConfig;
import dev.offload.TimeoutPolicy;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.face.Wait;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.HostileException;
import dev.offload.contract.fixture.HostileListener;
import dev.offload.contract.fixture.HostileLog;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Refusal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R9: the log is not ours. */
public interface HostileLogContract extends HostileContract {

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a log that throws while an unseen failure is reported holds up no scope's end")
  default void logThatThrowsAtTheEnd(Refusal thrown) {
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    HostileLog log = neighbours().log(record -> thrown.raise());
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = Body.of(Ending.EXCEPTION::act);
    scope.submit(LOAD.key(1), body);

    Bounded.run("the scope ends", scope::close);
    Bounded.until("the failure is logged", () -> log.records() > 0);
    listener.told().await("onUnobservedFailure");
    listener.told().await("onEnded");
    assertTrue(
        Bounded.get(
                "shutdown",
                Bounded.supply(() -> face.shutdown(Duration.ofSeconds(1), Duration.ofSeconds(1))))
            .isClean());
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: a log that throws holds up no scope around a block")
  default void logThatThrowsAroundABlock() {
    Face face = bench().open();
    HostileLog log = neighbours().log(record -> Refusal.EXCEPTION.raise());
    Wait<Integer> within =
        face.within(
            "request",
            ScopeOptions.unset(),
            scope -> {
              scope.submit(LOAD.key(1), Body.of(Ending.EXCEPTION::act));
              scope.submit(LOAD.key(2), Body.of(Ending.EXCEPTION::act));
              return 5;
            });
    Outcome.of(within.start()).assertValue(5);
    Bounded.until("the failure is logged", () -> log.records() > 0);
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName("R9: nor does an exception of a body the own methods of which throw")
  default void exceptionThatThrows() {
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    SimpleFormatter formatter = new SimpleFormatter();
    neighbours().log(formatter::format);
    HostileException failure = new HostileException();
    FaceScope scope = bench().scope(face, "request");
    Handle<Integer> seen =
        scope.submit(
            LOAD.key(1),
            Body.of(
                () -> {
                  throw failure;
                }));
    scope.submit(
        LOAD.key(2),
        Body.of(
            () -> {
              throw failure;
            }));

    assertSame(failure, Outcome.of(seen).failure());
    Bounded.run("the scope ends", scope::close);
    listener.told().await("onUnobservedFailure");
    listener.told().await("onEnded", event -> event.failure() == failure);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: a fail-fast scope ends although its first failure cannot be shown")
  default void exceptionThatThrowsFailsFast() {
    Face face = bench().open();
    neighbours().log(new SimpleFormatter()::format);
    HostileException failure = new HostileException();
    Wait<Integer> within =
        face.within(
            "request",
            ScopeOptions.unset().withFailFast(),
            scope -> {
              scope.submit(
                  LOAD.key(1),
                  Body.of(
                      () -> {
                        throw failure;
                      }));
              return 5;
            });
    Outcome.of(within.start()).assertFailure(HostileException.class);
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: a log that blocks while an unseen failure is reported holds up no scope's end")
  default void logThatBlocksAtTheEnd() {
    Face face = bench().open();
    Block block = neighbours().block();
    neighbours().log(record -> block.hold());
    FaceScope scope = bench().scope(face, "request");
    scope.submit(LOAD.key(1), Body.of(Ending.EXCEPTION::act));

    Bounded.run("the scope ends", scope::close);
    block.awaitArrival();
    assertFree(face, LOAD.key(1));
    assertTrue(!block.isReleased(), "the log blocks still");
  }

  @Test
  @DisplayName("R9: a log that uses the library itself is answered")
  default void logThatComesBack() {
    Face face = bench().open();
    AtomicReference<Outcome<Integer>> inner = new AtomicReference<>();
    neighbours()
        .log(
            record -> {
              if (inner.get() == null) {
                inner.set(new Outcome<>(0, null));
                face.cancel(LOAD.key(1));
                inner.set(Outcome.of(face.submit(LOAD.key(1), Body.of(() -> 7))));
              }
            });
    FaceScope scope = bench().scope(face, "request");
    scope.submit(LOAD.key(1), Body.of(Ending.EXCEPTION::act));

    Bounded.run("the scope ends", scope::close);
    Bounded.until(
        "the log is answered",
        () -> inner.get() != null && Integer.valueOf(7).equals(inner.get().value()));
    assertBalanced(face);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("T1: a log that throws when it is told of a slow body changes no outcome")
  default void logThatThrowsAtASlowBody(Refusal thrown) {
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    HostileLog log = neighbours().log(record -> thrown.raise());
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle =
        face.submit(LOAD.key(1), TimeoutPolicy.warnAfter(Duration.ofMillis(1)), body);
    body.awaitStarted();
    Bounded.until("it is logged", () -> log.records() > 0);
    listener.told().await("onSlow");
    body.release();

    Outcome.of(handle).assertValue(1);
    listener.told().await("onEnded");
    Bounded.until("the total is told, too", () -> listener.told().all("onSlow").size() == 2);
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName(
      "T1: a log that blocks when it is told of a slow body delays neither its outcome nor another limit")
  default void logThatBlocksAtASlowBody() {
    Face face = bench().open();
    Block block = neighbours().block();
    neighbours().log(record -> block.hold());
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> slow =
        face.submit(LOAD.key(1), TimeoutPolicy.warnAfter(Duration.ofMillis(1)), body);
    block.awaitArrival();
    Handle<Integer> limited =
        face.submit(
            STORE.key(2), TimeoutPolicy.cancelAfter(Duration.ofMillis(1)), bench().held(() -> 2));
    Outcome.of(limited).assertFailure(dev.offload.OffloadTimeoutException.class);
    var unused = Bounded.start(body::release);

    Outcome.of(slow).assertValue(1);
    assertFree(face, LOAD.key(1));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R1: a log that throws when it is told of an undying body keeps no successor out")
  default void logThatThrowsAtAnUndyingBody(Refusal thrown) {
    HostileListener listener = new HostileListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(OffloadConfig.builder().undyingReportAfter(Duration.ofMillis(1))));
    HostileLog log = neighbours().log(record -> thrown.raise());
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> handle = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    assertTrue(face.cancel(LOAD.key(1)));
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
    Handle<Integer> successor = face.submit(LOAD.key(1), Body.of(() -> 2));
    Bounded.until("it is logged", () -> log.records() > 0);
    listener.told().await("onUndying");
    body.release();

    Outcome.of(successor).assertValue(2);
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: a listener and a log that throw together change nothing")
  default void listenerAndLogThatThrow() {
    HostileListener listener = new HostileListener().onAll(Refusal.ERROR::raise);
    Face face = bench().open(FaceSettings.defaults().with(listener).with(LOAD, ONE));
    neighbours().log(record -> Refusal.EXCEPTION.raise());
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> first = bench().held(() -> 1);
    Handle<Integer> running =
        Bounded.get("the first is taken", Bounded.supply(() -> scope.submit(LOAD.key(1), first)));
    Handle<Integer> joined =
        Bounded.get("it is joined", Bounded.supply(() -> scope.submit(LOAD.key(1), first)));
    Handle<Integer> queued =
        Bounded.get(
            "the next is taken", Bounded.supply(() -> scope.submit(LOAD.key(2), Body.of(() -> 2))));
    scope.submit(STORE.key(3), Body.of(Ending.EXCEPTION::act));
    var unused = Bounded.start(first::release);

    Outcome.of(running).assertValue(1);
    Outcome.of(joined).assertValue(1);
    Outcome.of(queued).assertValue(2);
    Bounded.run("the scope ends", scope::close);
    listener.told().await("onUnobservedFailure");
    Bounded.until("every end is told", () -> listener.told().all("onEnded").size() == 3);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
    assertEquals(4, face.snapshot().total().accepted());
  }
}
