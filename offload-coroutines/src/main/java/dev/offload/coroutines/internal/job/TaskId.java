package dev.offload.coroutines.internal.job;

import dev.offload.OffloadKey;
import org.jspecify.annotations.Nullable;

/**
 * The id of a task of one recorder, used as the id of a key. Equal if section and id are equal;
 * only the recorder can create one.
 */
public record TaskId(Section section, Object id) {

  /** The task id of the key, or null if the key is not a recorder's. */
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
