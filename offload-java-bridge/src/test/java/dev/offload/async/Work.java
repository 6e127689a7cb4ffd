package dev.offload.async;

import dev.offload.OffloadKind;
import java.util.concurrent.Callable;

/** The kinds of work that tests submit. */
final class Work {
  static final OffloadKind<Object, Integer> LOAD = OffloadKind.named("load");
  static final OffloadKind<Object, Integer> STORE = OffloadKind.named("store");

  private Work() {}

  static void fail(Exception failure) throws Exception {
    throw failure;
  }

  static <T> T unchecked(Callable<T> action) {
    try {
      return action.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
