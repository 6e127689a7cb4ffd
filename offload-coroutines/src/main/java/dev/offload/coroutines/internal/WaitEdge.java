package dev.offload.coroutines.internal;

import org.jspecify.annotations.Nullable;

/** That a job waits for something. A link of the job's list, which is guarded by the job. */
public final class WaitEdge implements AutoCloseable {
  private final JobCell<?> waiting;
  final WaitTarget target;

  @Nullable WaitEdge previous;
  @Nullable WaitEdge next;

  WaitEdge(JobCell<?> waiting, WaitTarget target) {
    this.waiting = waiting;
    this.target = target;
  }

  /** The wait is over. May be called again. */
  @Override
  public void close() {
    waiting.removeWait(this);
  }
}
