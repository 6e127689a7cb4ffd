package dev.offload.async;

import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.job.ScopeCore;
import dev.offload.coroutines.internal.limits.RoomWaiter;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A thread that waits until a submission would not meet a full queue. Belongs to that thread. */
final class RoomWait extends RoomWaiter implements AutoCloseable {
  private final ScopeCore core;
  private final OffloadKey<?> key;
  private final Semaphore told = new Semaphore(0);
  private boolean again;

  private RoomWait(ScopeCore core, OffloadKey<?> key) {
    this.core = core;
    this.key = key;
  }

  /** Waits for room, and then calls {@code attempt}; repeats until that returns a result. */
  static <R> R retry(ScopeCore core, OffloadKey<?> key, Supplier<@Nullable R> attempt)
      throws InterruptedException {
    try (RoomWait wait = new RoomWait(core, key)) {
      for (; ; ) {
        wait.await();
        R answer = attempt.get();
        if (answer != null) {
          return answer;
        }
      }
    }
  }

  private void await() throws InterruptedException {
    boolean waits = core.submissions().awaitRoom(key, this, again);
    again = true;
    if (waits) {
      BodyWait.throwIfInterrupted();
      BodyWait wait = BodyWait.begin(BodyWait.NO_JOB);
      try {
        told.acquire();
      } finally {
        if (wait != null) {
          wait.close();
        }
      }
    }
  }

  @Override
  protected void fire() {
    told.release();
  }

  @Override
  public void close() {
    core.submissions().leaveRoom(key, this);
  }
}
