package dev.offload.async;

import java.util.concurrent.atomic.AtomicReference;

/** An id that lets a test act in the moment when it is first compared; collides with its like. */
final class HookedId {
  private final AtomicReference<Runnable> hook;

  HookedId(Runnable onFirstComparison) {
    hook = new AtomicReference<>(onFirstComparison);
  }

  @Override
  public boolean equals(Object other) {
    hook.getAndSet(() -> {}).run();
    return this == other;
  }

  @Override
  public int hashCode() {
    return 1;
  }
}
