package dev.offload.examples.compare;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Gives a value to all who ask for it at the same time. */
@FunctionalInterface
interface Flights {

  /** One caller asks; {@code load} may be used or not. */
  CompletableFuture<String> ask(String key, Supplier<String> load);

  /** Waits for what is done a little after the callers have seen that a load failed. */
  default void settle(String key) {}
}
