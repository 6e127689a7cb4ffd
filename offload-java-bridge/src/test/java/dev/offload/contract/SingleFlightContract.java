package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Bench;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.ManualExecutor;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.SlowId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R1, R2: one run at a time, and a key that is free again after every end. */
public interface SingleFlightContract extends Contract {

  @Test
  @DisplayName("R1: 64 threads racing to submit one key run one body, in each of 200 rounds")
  default void submitRunsOneBody() {
    raceForOneBody(64, 200, "same", Face::submit);
  }

  @Test
  @DisplayName("R1: 64 threads racing to share one key run one body, in each of 200 rounds")
  default void shareRunsOneBody() {
    raceForOneBody(64, 200, "same", Face::share);
  }

  @Test
  @DisplayName("R1: threads racing for one key run one body, however long it takes to compare ids")
  default void slowIdsRunOneBody() {
    raceForOneBody(4, 1_000, new SlowId("same"), Face::submit);
    raceForOneBody(4, 1_000, new SlowId("same"), Face::share);
  }

  /** How a test takes a lease. */
  @FunctionalInterface
  interface Taking {
    Handle<Integer> take(Face face, OffloadKey.Keyed<Integer> key, Body<Integer> body);
  }

  private void raceForOneBody(int threads, int rounds, Object id, Taking taking) {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key(id);
    face.submit(LOAD.key(new SlowId("neighbour")), bench().held(() -> -1));
    try (Race race = new Race(threads)) {
      for (int i = 0; i < rounds; i++) {
        int round = i;
        Body<Integer> body = bench().held(() -> round);
        List<Handle<Integer>> handles = race.all(() -> taking.take(face, key, body));
        body.release();

        handles.forEach(handle -> Outcome.of(handle).assertValue(round));
        assertEquals(1, body.runs(), "bodies run in round " + round);
        assertEquals(threads - 1, handles.stream().filter(Handle::joined).count());
      }
    }
  }

  @Test
  @DisplayName("R2: a body that ends before submit returns leaves no entry")
  default void bodyThatEndsAtOnce() {
    Face face = bench().open(FaceSettings.defaults().with(FaceSettings.DIRECT));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    for (int i = 0; i < 1_000; i++) {
      int value = i;
      Handle<Integer> handle = face.submit(key, Body.of(() -> value));

      assertFalse(handle.joined());
      assertEquals(JobState.SUCCEEDED, handle.jobState());
      assertFalse(face.isInFlight(key));
      Bench.assertAtRest(face);
      Outcome.of(handle).assertValue(value);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @DisplayName("R2: who has seen the end may submit again at once and never meets the old job")
  default void keyIsFreeAfterEveryEnd(Ending ending) {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    for (int i = 0; i < 1_000; i++) {
      Body<Integer> body = bench().held(ending::act);
      Handle<Integer> handle = face.submit(key, body);
      assertFalse(handle.joined(), "joined an old job in round " + i);
      ending.play(face, key, handle, body);
    }
    Outcome.of(face.submit(key, Body.of(() -> 42))).assertValue(42);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"VALUE", "EXCEPTION", "ERROR"})
  @DisplayName("R2: if the body decided, the entry is gone before the callers are told")
  default void entryIsGoneBeforeCallersAreTold(Ending ending) {
    ManualExecutor executor = bench().manualExecutor();
    Face face = bench().open(FaceSettings.defaults().with(executor));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Handle<Integer> first = face.submit(key, Body.of(ending::act));
    CompletableFuture<Integer> handedOver =
        first
            .outcome()
            .thenApply(
                told -> {
                  Bench.assertAtRest(face);
                  assertFalse(face.isInFlight(key));
                  assertFalse(face.submit(key, Body.of(() -> 2)).joined());
                  return executor.waiting();
                });
    executor.runNext();

    assertEquals(1, Bounded.get("the callback of the outcome", handedOver));
  }

  @Test
  @DisplayName("R2: a job cancelled before its body starts ends at once, and the body never runs")
  default void cancelledBeforeTheStart() {
    ManualExecutor executor = bench().manualExecutor();
    Face face = bench().open(FaceSettings.defaults().with(executor));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    for (int i = 0; i < 1_000; i++) {
      Body<Integer> never = Body.of(() -> 1);
      Handle<Integer> cancelled = face.submit(key, never);
      assertFalse(cancelled.joined());
      assertEquals(JobState.QUEUED, cancelled.jobState());
      assertTrue(face.cancel(key));

      assertEquals(JobState.CANCELLED, cancelled.jobState());
      assertFalse(face.isInFlight(key));
      executor.runAll();
      assertEquals(0, never.runs());
    }
    Handle<Integer> next = face.submit(key, Body.of(() -> 2));
    executor.runAll();
    Outcome.of(next).assertValue(2);
  }

  @Test
  @DisplayName("R2: an entry is visible before its body can run")
  default void visibleBeforeTheBody() {
    Face face = bench().open(FaceSettings.defaults().with(FaceSettings.DIRECT));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");

    Handle<Integer> handle =
        face.submit(key, Body.of(() -> face.isInFlight(key) ? (int) face.activeCount() : -1));

    Outcome.of(handle).assertValue(1);
  }
}
