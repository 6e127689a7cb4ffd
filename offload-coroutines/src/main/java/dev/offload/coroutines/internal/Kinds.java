package dev.offload.coroutines.internal;

import dev.offload.ConcurrencyLimit;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds a manager has met, by name, and the labels: those given to {@code spawn}, which
 * conflict with no kind because keys of theirs are never joined, and the names of kinds that are
 * not the only ones of theirs.
 */
final class Kinds {
  private final OffloadConfig config;
  private final ConcurrentHashMap<String, KindEntry> kinds = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, KindEntry> labels = new ConcurrentHashMap<>();

  /** By name, so that a kind and a label of one name share their limit. */
  private final ConcurrentHashMap<String, PermitPool> pools = new ConcurrentHashMap<>();

  Kinds(OffloadConfig config) {
    this.config = config;
  }

  /** The entry of a kind; refuses a second kind of one name. */
  KindEntry of(OffloadKind<?, ?> kind) {
    KindEntry entry = kinds.get(kind.name());
    if (entry != null && entry.kind == kind) {
      return entry;
    }
    if (!kind.isOnlyOneOfName()) {
      return ofLabel(kind.name());
    }
    KindEntry label = labels.get(kind.name()); // a key that spawn answered, used again
    if (label != null && label.kind == kind) {
      return label;
    }
    if (entry == null) {
      entry = kinds.computeIfAbsent(kind.name(), name -> entry(kind));
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
            label, name -> entry(OffloadKind.<Object, @Nullable Object>named(name)));
  }

  private KindEntry entry(OffloadKind<?, ?> kind) {
    ConcurrencyLimit limit = config.policyOf(kind.name()).concurrency();
    PermitPool pool =
        limit == null
            ? null
            : pools.computeIfAbsent(kind.name(), name -> new PermitPool("kind " + name, limit));
    return new KindEntry(kind, config, pool);
  }
}
