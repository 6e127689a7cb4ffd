package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Neighbours;
import dev.offload.contract.fixture.Refusal;
import dev.offload.contract.fixture.Work;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Context carriers that behave badly")
class HostileCarrierTest {
  private final Neighbours neighbours = new Neighbours();
  private AsyncOffloadManager manager = AsyncOffloadManager.create();

  @AfterEach
  void close() {
    neighbours.letGo();
    Bounded.run("the manager comes to rest", manager::close);
    neighbours.assertNoThreadStaysBusy();
  }

  private void carrying(ContextCarrier carrier) {
    manager.close();
    manager = AsyncOffloadManager.builder().contextCarrier(carrier).build();
  }

  /** Where it goes wrong. */
  enum Step {
    CAPTURE,
    INSTALL,
    CLOSE
  }

  private static ContextCarrier failingAt(Step step, Runnable action) {
    return () -> {
      run(step == Step.CAPTURE, action);
      return () -> {
        run(step == Step.INSTALL, action);
        return () -> run(step == Step.CLOSE, action);
      };
    };
  }

  private static void run(boolean now, Runnable action) {
    if (now) {
      action.run();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a carrier that throws, at whatever step, leaves no key and no account behind")
  void carrierThatThrows(Step step) {
    for (Refusal refusal : Refusal.values()) {
      AtomicInteger left = new AtomicInteger(1);
      carrying(
          failingAt(
              step,
              () -> {
                if (left.getAndDecrement() > 0) {
                  refusal.raise();
                }
              }));
      try {
        var future = manager.submit(Work.LOAD.key(1), () -> 1);
        Bounded.until("it ends", future::isDone);
      } catch (RuntimeException | Error e) { // what the carrier threw at the caller's own call
        assertEquals(Step.CAPTURE, step);
      }
      assertEquals(2, Bounded.get("the next", manager.submit(Work.LOAD.key(1), () -> 2)));
      Bounded.until("all have ended", () -> manager.activeCount() == 0);
    }
  }

  @Test
  @DisplayName("R9: a carrier and a log that throw together end the job still")
  void carrierAndLogThatThrow() {
    neighbours.log(record -> Refusal.ERROR.raise());
    for (Step step : new Step[] {Step.INSTALL, Step.CLOSE}) {
      carrying(failingAt(step, Refusal.EXCEPTION::raise));
      var future = manager.submit(Work.LOAD.key(1), () -> 1);
      Bounded.until("it ends", future::isDone);
      Bounded.until("the key is free", () -> !manager.isInFlight(Work.LOAD.key(1)));
      var stage = manager.submitStage(Work.LOAD.key(1), () -> CompletableFuture.completedFuture(1));
      Bounded.until("a stage ends, too", stage::isDone);
      Bounded.until("all have ended", () -> manager.activeCount() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a carrier that blocks delays no other key, and no other caller of the job")
  void carrierThatBlocks(Step step) {
    Block block = neighbours.block();
    AtomicInteger left = new AtomicInteger(1);
    carrying(
        failingAt(
            step,
            () -> {
              if (left.getAndDecrement() > 0) {
                block.hold();
              }
            }));
    Queue<OffloadFuture<Integer>> submitted = new ConcurrentLinkedQueue<>();
    CompletableFuture<Void> returned =
        Bounded.start(() -> submitted.add(manager.submit(Work.LOAD.key(1), () -> 1)));
    block.awaitArrival();
    assertEquals(2, Bounded.get("another key", manager.submit(Work.LOAD.key(2), () -> 2)));
    boolean unused = manager.cancel(Work.LOAD.key(1));
    block.release();
    Bounded.get("submit returns", returned);
    Bounded.until("it ends", submitted.remove()::isDone);
    Bounded.until("all have ended", () -> manager.activeCount() == 0);
  }
}
