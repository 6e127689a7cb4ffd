package dev.offload.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Neighbours;
import dev.offload.contract.fixture.Outcome;

/** R9: what neighbours do that behave badly costs nobody else anything. */
public interface HostileContract extends Contract {

  /** One body of a kind at a time. */
  KindPolicy ONE = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1));

  /** Those of the running test. */
  Neighbours neighbours();

  /** Whatever happened before, a new submission under the key runs. */
  default void assertFree(FaceScope face, OffloadKey<Integer> key) {
    Handle<Integer> handle =
        Bounded.get(
            "a submission is taken", Bounded.supply(() -> face.submit(key, Body.of(() -> 99))));
    Outcome.of(handle).assertValue(99);
  }

  /** R4, when everything has ended. */
  default void assertBalanced(FaceScope face) {
    Bounded.until(
        "everything is counted out",
        () -> face.activeCount() == 0 && face.snapshot().total().active() == 0);
    OffloadStats total = face.snapshot().total();
    assertEquals(total.submitted(), total.accepted() + total.joined() + total.rejected());
    assertEquals(total.accepted(), total.succeeded() + total.failed() + total.cancelled());
  }

  /** For a caller who waits with a stage that blocks. */
  default Block blockingStage(Handle<Integer> handle) {
    Block block = neighbours().block();
    var unused = handle.outcome().thenAccept(told -> block.hold());
    return block;
  }
}
