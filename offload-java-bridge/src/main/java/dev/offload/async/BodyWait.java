package dev.offload.async;

import dev.offload.coroutines.internal.CurrentJob;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.PoolThread;
import dev.offload.coroutines.internal.WaitEdge;
import dev.offload.coroutines.internal.WaitGraph;
import dev.offload.coroutines.internal.WaitTarget;
import org.jspecify.annotations.Nullable;

/**
 * A wait that blocks a thread, noted if that thread runs a body: with its job, and with the pool of
 * the thread, which makes up for it.
 */
final class BodyWait {
  /** What is no job's doing, as room in a queue: such a wait makes no edge. */
  static final WaitTarget NO_JOB = to -> {};

  private BodyWait() {}

  /**
   * Begins to wait; what it answers is to be given to {@link #end}, on this thread, also if it is
   * null.
   *
   * @throws dev.offload.OffloadCycleException if the body would wait for itself; then nothing began
   */
  static @Nullable WaitEdge begin(WaitTarget target) {
    JobCell<?> waiting = target == NO_JOB ? null : CurrentJob.get();
    WaitEdge edge = waiting == null ? null : WaitGraph.begin(waiting, target);
    PoolThread.Run run = PoolThread.current();
    if (run != null) {
      run.beginWait();
    }
    return edge;
  }

  static void end(@Nullable WaitEdge edge) {
    PoolThread.Run run = PoolThread.current();
    if (run != null) {
      run.endWait();
    }
    if (edge != null) {
      edge.close();
    }
  }
}
