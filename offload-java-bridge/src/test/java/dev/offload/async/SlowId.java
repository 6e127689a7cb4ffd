package dev.offload.async;

/**
 * An id that takes its time to be compared and collides with all others of its class: whoever looks
 * first and acts later leaves others a wide gap.
 */
final class SlowId {
  private static final int SPINS = 200;

  private final String name;

  SlowId(String name) {
    this.name = name;
  }

  @Override
  public boolean equals(Object other) {
    for (int i = 0; i < SPINS; i++) {
      Thread.onSpinWait();
    }
    return other instanceof SlowId that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return 1;
  }
}
