package dev.offload.async;

import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * What a body does that waits: begins something, waits for it, and makes its result of what it is
 * told.
 */
record WaitInside<W, T>(Callable<Wait<W>> begin, Function<Outcome<W>, T> then) {

  T block() throws Exception {
    return then.apply(begin.call().block());
  }
}
