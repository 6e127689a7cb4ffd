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
 * The kinds of the jobs of one scope, and the limits over all of its jobs. When the scope is over,
 * its counts go to the one above; a refusal that comes later is counted there, too.
 */
public final class ScopeKinds {
  private final @Nullable ScopeKinds above;

  /** The limits of all jobs of this scope: its own and those of the scopes above. */
  final List<PermitPool> pools;

  /** Those of the outermost scope with the same limits: all of these have their lanes there. */
  private final ScopeKinds limited;

  private final ConcurrentHashMap<KindSettings, ScopeKind> kinds;

  /** Whether the scope is over; set before the counts are taken over. */
  private volatile boolean over;

  /**
   * Makes those of a scope.
   *
   * @param above those of the scope above; null for the outermost
   * @param scope the name, for people
   * @param limit of all its jobs; null for none
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
    if (over && above != null) { // for a refusal: the scope above took over the counts before
      above.of(settings).addRejected(kind);
    }
    return kind;
  }

  /** The lane of a kind here; null if nothing limits it. */
  private @Nullable Lane lane(KindSettings settings) {
    if (limited != this) {
      return limited.of(settings).lane;
    }
    List<PermitPool> all = settings.pool == null ? pools : with(pools, settings.pool);
    return all.isEmpty() ? null : new Lane(all);
  }

  /** Counts a refusal here, and in each scope above that took over the counts. */
  public void countRejected(ScopeKind kind) {
    ScopeKinds scope = this;
    ScopeKind counted = kind;
    while (counted.countRejected() && scope.above != null) {
      scope = scope.above;
      counted = scope.of(kind.settings);
    }
  }

  /** The scope is over; true once. */
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

  /** Takes over the counts of a scope under this one that is over, once. */
  public void takeOver(ScopeKinds ended) {
    ended.kinds.forEach((settings, kind) -> of(settings).addAll(kind));
  }

  /** Visits the kinds. */
  public void forEach(Consumer<ScopeKind> visit) {
    kinds.values().forEach(visit);
  }
}
