package dev.offload.coroutines.internal;

import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.OffloadStats;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds a manager has met, by name, and the labels given to {@code spawn}, which conflict with
 * no kind because keys of theirs are never joined.
 */
final class Kinds {
  private final OffloadConfig config;
  private final ConcurrentHashMap<String, KindEntry> kinds = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, KindEntry> labels = new ConcurrentHashMap<>();

  Kinds(OffloadConfig config) {
    this.config = config;
  }

  /** The entry of a kind; refuses a second kind of one name. */
  KindEntry of(OffloadKind<?> kind) {
    KindEntry entry = kinds.get(kind.name());
    if (entry != null && entry.kind == kind) {
      return entry;
    }
    KindEntry label = labels.get(kind.name()); // a key that spawn answered, used again
    if (label != null && label.kind == kind) {
      return label;
    }
    if (entry == null) {
      entry = kinds.computeIfAbsent(kind.name(), name -> new KindEntry(kind, config));
    }
    if (entry.kind != kind) {
      throw new IllegalArgumentException(
          "kind must be the one constant of its name, but this manager already knows another kind named '"
              + kind.name()
              + "': make each kind once and share it");
    }
    return entry;
  }

  /** The entry of a label. */
  KindEntry ofLabel(String label) {
    KindEntry entry = labels.get(label);
    return entry != null
        ? entry
        : labels.computeIfAbsent(
            label, name -> new KindEntry(OffloadKind.<@Nullable Object>named(name), config));
  }

  /** The counts by name; a label and a kind of one name are counted together. */
  Map<String, OffloadStats> stats() {
    Map<String, OffloadStats> byName = new TreeMap<>();
    kinds.forEach((name, entry) -> byName.merge(name, entry.stats(), OffloadStats::plus));
    labels.forEach((name, entry) -> byName.merge(name, entry.stats(), OffloadStats::plus));
    return byName;
  }
}
