package dev.offload.coroutines.internal;

import dev.offload.OffloadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs of one recorder in the {@link Registry} of its scope, apart from all others, so that
 * they can be listed without a look at those. A {@link TaskId} tells which keys belong here.
 */
final class Section {
  private final Registry registry;

  /** Written by the registry alone. */
  final ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest;

  Section(Registry registry, ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest) {
    this.registry = registry;
    this.newest = newest;
  }

  boolean isOf(Registry other) {
    return registry == other;
  }

  /**
   * The ids of the tasks whose jobs are in flight, each once; each that was so all the time, and
   * perhaps others that came or went.
   */
  List<Object> ids() {
    List<Object> ids = new ArrayList<>();
    for (OffloadKey<?> key : newest.keySet()) {
      if (key instanceof OffloadKey.Keyed<?> keyed && keyed.id() instanceof TaskId task) {
        ids.add(task.id());
      }
    }
    return ids;
  }
}
