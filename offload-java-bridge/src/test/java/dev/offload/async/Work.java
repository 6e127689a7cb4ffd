package dev.offload.async;

import dev.offload.OffloadKind;

/** The kinds of work that tests submit. */
final class Work {
  static final OffloadKind<Integer> LOAD = OffloadKind.named("load");
  static final OffloadKind<Integer> STORE = OffloadKind.named("store");

  private Work() {}
}
