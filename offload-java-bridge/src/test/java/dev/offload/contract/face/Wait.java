package dev.offload.contract.face;

import dev.offload.contract.fixture.Outcome;
import java.util.concurrent.CompletableFuture;

/** Something to wait for, in the way of a face; a body that waits for it is known to wait. */
public interface Wait<T> {

  /** Waits on this thread. */
  Outcome<T> block() throws InterruptedException;

  /** Waits as a caller does, from now on; cancelling the answer gives up the wait. */
  CompletableFuture<Outcome<T>> start();
}
