package dev.offload.coroutines.internal.job;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open scopes below one, linked through the scopes themselves: adding and removing take
 * constant time, and a scope without children costs no more than this object.
 *
 * <p>Not thread-safe: every use is inside {@code synchronized} on the list.
 */
final class ScopeList {
  private @Nullable ScopeCore newest;

  /** Adds a scope that was never added before. */
  void add(ScopeCore scope) {
    ScopeCore older = newest;
    scope.older = older;
    if (older != null) {
      older.newer = scope;
    }
    newest = scope;
  }

  /** Removes a scope that was added, once. */
  void remove(ScopeCore scope) {
    ScopeCore older = scope.older;
    ScopeCore newer = scope.newer;
    assert newer == null ? newest == scope : newer.older == scope : "not in the list";
    if (older != null) {
      older.newer = newer;
    }
    if (newer != null) {
      newer.older = older;
    } else {
      newest = older;
    }
    scope.older = null; // a reference to an ended scope must not retain others
    scope.newer = null;
  }

  /** Visits all, the newest first: pushed onto a stack, the oldest is on top. */
  void fromNewest(Consumer<ScopeCore> visit) {
    for (ScopeCore scope = newest; scope != null; scope = scope.older) {
      visit.accept(scope);
    }
  }
}
