package dev.offload.async;

import dev.offload.OffloadCycleException;
import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.job.ScopeCore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits until a scope accepts no more members and the last one has ended. */
final class Termination extends Completion {
  private final CountDownLatch terminated = new CountDownLatch(1);
  private final ScopeCore core;
  private volatile @Nullable OffloadCycleException refused;

  Termination(ScopeCore core) {
    this.core = core;
    if (!core.termination().push(this)) {
      terminated.countDown();
    }
  }

  /** Runs {@code action} when the scope has terminated; at once if it has. */
  static void then(ScopeCore core, Runnable action) {
    Completion waiter =
        new Completion() {
          @Override
          protected boolean wantsEnd() {
            return true;
          }

          @Override
          protected void fire() {
            action.run();
          }
        };
    if (!core.termination().push(waiter)) {
      action.run();
    }
  }

  void await() throws InterruptedException {
    terminated.await();
    OffloadCycleException because = refused;
    if (because != null) {
      throw because;
    }
  }

  /** Ends the wait with this exception. */
  void refuse(OffloadCycleException because) {
    refused = because;
    terminated.countDown();
  }

  boolean await(Duration most) throws InterruptedException {
    return terminated.await(Require.nanos(most), TimeUnit.NANOSECONDS);
  }

  /** Ends the wait. */
  void leave() {
    boolean unused = core.termination().takeBack(this);
  }

  @Override
  protected boolean wantsEnd() {
    return true;
  }

  @Override
  protected void fire() {
    terminated.countDown();
  }
}
