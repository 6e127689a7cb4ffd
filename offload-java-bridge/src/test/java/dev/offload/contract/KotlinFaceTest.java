package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConflictPolicy;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.face.KotlinFace;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The contract through the Kotlin face")
class KotlinFaceTest extends EngineContract {

  @Override
  public KotlinFace open(FaceSettings settings) {
    return new KotlinFace(settings);
  }

  private KotlinFace kotlinFace() {
    return (KotlinFace) bench().open();
  }

  @Test
  @DisplayName("L1: the cancellation of a suspended call drops its lease and touches nobody else")
  void cancelledCall() {
    KotlinFace face = kotlinFace();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    var first = face.call(key, body);
    var second = face.call(key, body);
    body.awaitStarted();
    assertEquals(2, face.find(key).orElseThrow().leases());
    assertTrue(first.cancel(true));
    Bounded.until("the lease is dropped", () -> face.find(key).orElseThrow().leases() == 1);

    body.release();
    Outcome.of(second).assertValue(1);
  }

  @Test
  @DisplayName("L1: the cancellation of the last suspended call cancels the job")
  void cancelledLastCall() {
    KotlinFace face = kotlinFace();
    Body<Integer> body = bench().held(() -> 1);
    var only = face.call(LOAD.key("same"), body);
    body.awaitStarted();
    assertTrue(only.cancel(true));

    body.awaitStopped();
  }

  @Test
  @DisplayName("E5: a dying body that will not be cancelled, and waits for its successor, is told")
  void dyingBodyWaitsForItsSuccessor() {
    KotlinFace face = kotlinFace();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    CompletableFuture<Handle<Integer>> successor = new CompletableFuture<>();
    CompletableFuture<Outcome<Integer>> told = new CompletableFuture<>();
    Body<Integer> dying =
        bench()
            .stubbornlyWaiting(
                () -> successor.join().asWait(),
                outcome -> {
                  told.complete(outcome);
                  return 1;
                });
    face.submit(key, dying);
    dying.awaitStarted();
    successor.complete(face.submit(key, ConflictPolicy.REPLACE, Body.of(() -> 2)));
    dying.awaitStopped(); // or the cancel may end the wait
    dying.release();

    OffloadCycleException cycle = Outcome.of(told).assertFailure(OffloadCycleException.class);
    assertEquals(List.of("load", "load", "load"), cycle.kinds());
    Outcome.of(successor.join()).assertValue(2);
  }
}
