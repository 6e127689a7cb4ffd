package dev.offload.coroutines.internal.kinds;

import dev.offload.ConcurrencyLimit;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.coroutines.internal.limits.PermitPool;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds a manager has seen, by name, and the labels: those passed to {@code spawn}, which
 * conflict with no kind because their keys are never joined, and the names of kinds that are not
 * unique.
 */
public final class Kinds {
  private final OffloadConfig config;
  private final ConcurrentHashMap<String, KindSettings> kinds = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, KindSettings> labels = new ConcurrentHashMap<>();

  /** By name, so that a kind and a label of the same name share their limit. */
  final ConcurrentHashMap<String, PermitPool> pools = new ConcurrentHashMap<>();

  public Kinds(OffloadConfig config) {
    this.config = config;
  }

  /** The entry of a kind; rejects a second kind of the same name. */
  public KindSettings of(OffloadKind<?, ?> kind) {
    KindSettings entry = kinds.get(kind.name());
    if (entry != null && entry.kind == kind) {
      return entry;
    }
    if (!kind.isOnlyOneOfName()) {
      return ofLabel(kind.name());
    }
    KindSettings label = labels.get(kind.name()); // a key that spawn returned, used again
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
  public KindSettings ofLabel(String label) {
    KindSettings entry = labels.get(label);
    return entry != null
        ? entry
        : labels.computeIfAbsent(
            label, name -> entry(OffloadKind.<Object, @Nullable Object>named(name)));
  }

  private KindSettings entry(OffloadKind<?, ?> kind) {
    ConcurrencyLimit limit = config.policyOf(kind.name()).concurrency();
    PermitPool pool =
        limit == null
            ? null
            : pools.computeIfAbsent(kind.name(), name -> new PermitPool("kind " + name, limit));
    return new KindSettings(kind, config, pool);
  }
}
