package dev.offload.async;

/** An id that collides with all its like, and whose methods do more than they should. */
final class HostileId {
  private final String name;
  private volatile Runnable onEquals = () -> {};
  private volatile Runnable onHashCode = () -> {};
  private volatile Runnable onToString = () -> {};

  HostileId(String name) {
    this.name = name;
  }

  /** Runs at each comparison from now on, on both sides. */
  HostileId onEquals(Runnable action) {
    onEquals = action;
    return this;
  }

  HostileId onHashCode(Runnable action) {
    onHashCode = action;
    return this;
  }

  HostileId onToString(Runnable action) {
    onToString = action;
    return this;
  }

  @Override
  public boolean equals(Object other) {
    onEquals.run();
    if (other instanceof HostileId that) {
      that.onEquals.run();
      return name.equals(that.name);
    }
    return false;
  }

  @Override
  public int hashCode() {
    onHashCode.run();
    return 1;
  }

  @Override
  public String toString() {
    onToString.run();
    return name;
  }
}
