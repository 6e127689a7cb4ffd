package dev.offload.async;

import java.util.concurrent.RejectedExecutionException;

/** What executors throw that do not take a task. */
enum Refusal {
  REJECTED {
    @Override
    void raise() {
      throw new RejectedExecutionException("full");
    }
  },
  EXCEPTION {
    @Override
    void raise() {
      throw new IllegalStateException("no thread");
    }
  },
  ERROR {
    @Override
    void raise() {
      throw new LinkageError("broken");
    }
  },
  OUT_OF_MEMORY {
    @Override
    void raise() {
      throw new OutOfMemoryError("unable to create native thread, on purpose");
    }
  },
  STACK_OVERFLOW {
    @Override
    void raise() {
      raise(0);
    }

    private int raise(int depth) {
      return depth < 0 ? 0 : raise(depth + 1) + 1;
    }
  };

  abstract void raise();
}
