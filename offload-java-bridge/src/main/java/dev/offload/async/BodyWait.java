package dev.offload.async;

import dev.offload.coroutines.internal.CurrentJob;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.WaitEdge;
import dev.offload.coroutines.internal.WaitGraph;
import dev.offload.coroutines.internal.WaitTarget;
import org.jspecify.annotations.Nullable;

/** A wait that blocks a thread, noted if that thread runs a body. */
final class BodyWait {
  private BodyWait() {}

  /**
   * Begins to wait; null if this thread runs no body.
   *
   * @throws dev.offload.OffloadCycleException if the body would wait for itself
   */
  static @Nullable WaitEdge begin(WaitTarget target) {
    JobCell<?> waiting = CurrentJob.get();
    return waiting == null ? null : WaitGraph.begin(waiting, target);
  }

  static void end(@Nullable WaitEdge edge) {
    if (edge != null) {
      edge.close();
    }
  }
}
