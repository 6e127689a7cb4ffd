package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.offload.CancelReason;
import dev.offload.OffloadCancelledException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a caller was told: a value, or an exception as it is. */
record Outcome<T>(@Nullable T value, @Nullable Throwable failure) {

  static <T> Outcome<T> of(CompletableFuture<Outcome<T>> told) {
    return Bounded.get("a caller is told the outcome", told);
  }

  static <T> Outcome<T> of(Handle<T> handle) {
    return of(handle.outcome());
  }

  void assertValue(T expected) {
    assertNull(failure, () -> "no failure expected, but " + failure);
    assertEquals(expected, value);
  }

  <X extends Throwable> X assertFailure(Class<X> type) {
    return assertInstanceOf(type, failure, () -> "instead of a failure: " + value);
  }

  void assertCancelled(CancelReason reason) {
    assertEquals(reason, assertFailure(OffloadCancelledException.class).reason());
  }
}
