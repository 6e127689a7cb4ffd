package dev.offload.async;

import java.util.function.Supplier;

/** Throws once when it was armed, and else does nothing. */
final class Once implements Runnable {
  private Supplier<? extends RuntimeException> armed;
  private int left;

  void arm(Supplier<? extends RuntimeException> failure) {
    arm(0, failure);
  }

  /** Lets so many calls pass before. */
  synchronized void arm(int calls, Supplier<? extends RuntimeException> failure) {
    armed = failure;
    left = calls;
  }

  synchronized void disarm() {
    armed = null;
  }

  synchronized boolean hasThrown() {
    return armed == null;
  }

  @Override
  public void run() {
    Supplier<? extends RuntimeException> failure = take();
    if (failure != null) {
      throw failure.get();
    }
  }

  private synchronized Supplier<? extends RuntimeException> take() {
    if (armed == null || left-- > 0) {
      return null;
    }
    Supplier<? extends RuntimeException> failure = armed;
    armed = null;
    return failure;
  }
}
