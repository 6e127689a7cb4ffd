package dev.offload.contract.face;

import dev.offload.OffloadHandle;
import dev.offload.contract.fixture.Outcome;
import java.util.concurrent.CompletableFuture;

/** One caller's lease, as a test sees it through either face. */
public interface Handle<T> extends OffloadHandle {

  /**
   * Asks for the outcome, as a caller does. Each call waits anew; cancelling the answer stops that
   * one wait. Callbacks run on the thread that told this caller.
   */
  CompletableFuture<Outcome<T>> outcome();

  /** The same question, for a body to ask. */
  Wait<T> asWait();
}
