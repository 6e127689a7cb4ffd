package dev.offload.async;

import static dev.offload.async.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The contract through the Kotlin face")
class KotlinFaceTest extends EngineContract {

  @Override
  KotlinFace open(FaceSettings settings) {
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
}
