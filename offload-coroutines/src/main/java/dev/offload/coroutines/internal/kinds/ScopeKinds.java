package dev.offload.coroutines.internal.kinds;

import dev.offload.ConcurrencyLimit;
import dev.offload.coroutines.internal.limits.Lane;
import dev.offload.coroutines.internal.limits.PermitPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of the jobs of one scope, and the limits on all of its jobs. When the scope is over,
 * its counts are added to its parent's; a later rejection is counted there, too.
 */
public final class ScopeKinds {
  private final @Nullable ScopeKinds above;

  /** The limits on all jobs of this scope: its own and those of its ancestors. */
  final List<PermitPool> pools;

  /** The kinds of the outermost scope with the same limits, which holds the lanes of all these. */
  private final ScopeKinds limited;

  private final ConcurrentHashMap<KindSettings, ScopeKind> kinds;

  /** Whether the scope is over; set before the counts are taken over. */
  private volatile boolean over;

  /**
   * Creates the kinds of a scope.
   *
   * @param above the kinds of the parent scope; null for the outermost
   * @param scope the name, for messages
   * @param limit the limit on all its jobs; null for none
   */
  public ScopeKinds(@Nullable ScopeKinds above, String scope, @Nullable ConcurrencyLimit limit) {
    this.above = above;
    this.kinds = new ConcurrentHashMap<>(above == null ? 16 : 1);
    List<PermitPool> ofAbove = above == null ? List.of() : above.pools;
    this.pools =
        limit == null ? ofAbove : with(ofAbove, new PermitPool("scope '" + scope + "'", limit));
    this.limited = limit == null && above != null ? above.limited : this;
  }

  private static List<PermitPool> with(List<PermitPool> pools, PermitPool one) {
    List<PermitPool> all = new ArrayList<>(pools);
    all.add(one);
    return List.copyOf(all);
  }

  /** The kind in this scope. */
  public ScopeKind of(KindSettings settings) {
    ScopeKind kind = kinds.get(settings);
    return kind != null ? kind : add(settings);
  }

  private ScopeKind add(KindSettings settings) {
    ScopeKind kind = kinds.computeIfAbsent(settings, absent -> new ScopeKind(absent, lane(absent)));
    if (over && above != null) { // for a rejection: the parent took over the counts before
      above.of(settings).addRejected(kind);
    }
    return kind;
  }

  /** The lane of a kind here; null if it is under no limit. */
  private @Nullable Lane lane(KindSettings settings) {
    if (limited != this) {
      return limited.of(settings).lane;
    }
    List<PermitPool> all = settings.pool == null ? pools : with(pools, settings.pool);
    return all.isEmpty() ? null : new Lane(all);
  }

  /** Counts a rejection here, and in each ancestor that took over the counts. */
  public void countRejected(ScopeKind kind) {
    ScopeKinds scope = this;
    ScopeKind counted = kind;
    while (counted.countRejected() && scope.above != null) {
      scope = scope.above;
      counted = scope.of(kind.settings);
    }
  }

  /** Marks the scope as over; true once. */
  public boolean end() {
    if (over) {
      return false;
    }
    over = true;
    return true;
  }

  /** Whether the scope is over. */
  public boolean isOver() {
    return over;
  }

  /** Takes over the counts of a child scope that is over, once. */
  public void takeOver(ScopeKinds ended) {
    ended.kinds.forEach((settings, kind) -> of(settings).addAll(kind));
  }

  /** Visits the kinds. */
  public void forEach(Consumer<ScopeKind> visit) {
    kinds.values().forEach(visit);
  }
}
