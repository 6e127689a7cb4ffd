package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.ThrowingListener;
import dev.offload.spi.OffloadListener;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R3: every accepted submission reaches exactly one end. */
public interface EndContract extends Contract {

  /** The methods of a listener. */
  Set<String> EVERYTHING =
      Stream.of(OffloadListener.class.getDeclaredMethods())
          .map(Method::getName)
          .collect(Collectors.toSet());

  @Test
  @DisplayName("R3: an executor that was shut down gives a typed failure, and the key is free")
  default void executorThatWasShutDown() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.shutdown();
    Face face = bench().open(FaceSettings.defaults().with(executor));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    for (int i = 0; i < 100; i++) {
      Body<Integer> body = Body.of(() -> 1);
      Handle<Integer> handle = face.submit(key, body);

      OffloadFailedException failure =
          Outcome.of(handle).assertFailure(OffloadFailedException.class);
      assertSame(RejectedExecutionException.class, failure.getCause().getClass());
      assertFalse(handle.joined());
      assertEquals(JobState.FAILED, handle.jobState());
      assertEquals(0, body.runs());
      assertFalse(face.isInFlight(key));
    }
  }

  @Test
  @DisplayName(
      "R3: an executor that throws gives a typed failure, and works again when it recovers")
  default void executorThatThrows() {
    AtomicBoolean broken = new AtomicBoolean(true);
    IllegalStateException thrown = new IllegalStateException("no thread");
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(
                        task -> {
                          if (broken.get()) {
                            throw thrown;
                          }
                          task.run();
                        }));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Handle<Integer> handle = face.submit(key, Body.of(() -> 1));

    OffloadFailedException failure = Outcome.of(handle).assertFailure(OffloadFailedException.class);
    assertSame(thrown, failure.getCause());
    broken.set(false);
    Outcome.of(face.submit(key, Body.of(() -> 2))).assertValue(2);
  }

  @Test
  @DisplayName("R3: a successor whose executor refuses it ends too")
  default void executorRefusesTheSuccessor() {
    AtomicBoolean full = new AtomicBoolean();
    ExecutorService pool = bench().pool(2);
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(
                        task -> {
                          if (full.get()) {
                            throw new RejectedExecutionException("full");
                          }
                          pool.execute(task);
                        }));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = bench().stubborn(() -> 1);
    face.submit(key, dying);
    dying.awaitStarted();
    Body<Integer> never = Body.of(() -> 2);
    Handle<Integer> successor = face.submit(key, ConflictPolicy.REPLACE, never);
    full.set(true);
    dying.release();

    Outcome.of(successor).assertFailure(OffloadFailedException.class);
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("R3: a listener that throws from every method changes nothing")
  default void listenerThatThrows() {
    ThrowingListener listener = new ThrowingListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(
                        OffloadConfig.builder()
                            .undyingReportAfter(Duration.ofMillis(1))
                            .kind(
                                LOAD,
                                KindPolicy.unset()
                                    .withTimeout(TimeoutPolicy.warnAfter(Duration.ofMillis(1))))));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");

    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> cancelled = face.submit(key, body);
    Handle<Integer> joined = face.submit(key, Body.of(() -> 2));
    assertEquals(
        new Submission.Rejected<Handle<Integer>>(RejectReason.KEY_IN_FLIGHT),
        face.trySubmit(key, ConflictPolicy.REJECT, Body.of(() -> 3)));
    body.awaitStarted();
    Bounded.until("onSlow", () -> listener.called().contains("onSlow"));
    assertTrue(face.cancel(key));
    Outcome.of(cancelled).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(joined).assertCancelled(CancelReason.CANCELLED);
    Bounded.until("onUndying", () -> listener.called().contains("onUndying"));
    Handle<Integer> successor = face.submit(key, Body.of(() -> 4));
    body.release();
    Outcome.of(successor).assertValue(4);
    Handle<Integer> failed = face.submit(LOAD.key("fails"), Body.of(Ending.EXCEPTION::act));
    Bounded.until("it was told everything", () -> listener.called().equals(EVERYTHING));
    assertEquals(JobState.FAILED, failed.jobState());
  }

  @Test
  @DisplayName("R3: an id that throws when it is shown changes nothing")
  default void idThatThrowsWhenShown() {
    Object id =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("cannot be shown");
          }
        };
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(new RecordingListener())
                    .with(OffloadConfig.builder().showIds(true)));

    Outcome.of(face.submit(LOAD.key(id), Body.of(() -> 1))).assertValue(1);
  }
}
