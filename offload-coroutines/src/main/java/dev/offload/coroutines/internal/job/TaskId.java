package dev.offload.coroutines.internal.job;

import dev.offload.OffloadKey;
import org.jspecify.annotations.Nullable;

/**
 * The id of a task of one recorder, as the id of a key. Equal if section and id are; nobody but the
 * recorder can make one.
 */
public record TaskId(Section section, Object id) {

  /** The id of the key, if it is a recorder's. */
  static @Nullable TaskId of(OffloadKey<?> key) {
    return key instanceof OffloadKey.Keyed<?> keyed && keyed.id() instanceof TaskId task
        ? task
        : null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TaskId that && section == that.section && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
