package dev.offload.async;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Hands over to another executor, until its test turns it. */
final class HostileExecutor implements Executor {
  private final Executor inner;
  private volatile Manner manner = Manner.HAND_OVER;

  /** What it does with a task. */
  interface Manner {
    Manner HAND_OVER = (task, inner) -> inner.execute(task);

    Manner DROP = (task, inner) -> {};

    Manner IN_PLACE = (task, inner) -> task.run();

    Manner TWICE =
        (task, inner) -> {
          inner.execute(task);
          inner.execute(task);
        };

    Manner TWICE_IN_PLACE =
        (task, inner) -> {
          task.run();
          task.run();
        };

    Manner IN_PLACE_AND_REFUSE =
        (task, inner) -> {
          task.run();
          throw new RejectedExecutionException("after it has run");
        };

    Manner HAND_OVER_AND_REFUSE =
        (task, inner) -> {
          inner.execute(task);
          throw new RejectedExecutionException("after it was handed over");
        };

    void execute(Runnable task, Executor inner);

    static Manner blocking(Block block) {
      return (task, inner) -> {
        block.hold();
        inner.execute(task);
      };
    }

    /** Does something of its own first. */
    static Manner after(Runnable action) {
      return (task, inner) -> {
        action.run();
        inner.execute(task);
      };
    }
  }

  HostileExecutor(Executor inner) {
    this.inner = inner;
  }

  void turn(Manner to) {
    manner = to;
  }

  void recover() {
    manner = Manner.HAND_OVER;
  }

  @Override
  public void execute(Runnable task) {
    manner.execute(task, inner);
  }
}
