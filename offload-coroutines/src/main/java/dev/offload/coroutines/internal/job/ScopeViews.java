package dev.offload.coroutines.internal.job;

import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.ScopeSnapshot;
import dev.offload.coroutines.internal.kinds.ScopeKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Queries on a scope and those below it. Changes nothing. */
public final class ScopeViews {
  private final ScopeCore scope;

  ScopeViews(ScopeCore scope) {
    this.scope = scope;
  }

  /** The job under the key in this scope, or else in the manager, or null. */
  public @Nullable JobSnapshot find(OffloadKey<?> key) {
    JobSnapshot own = findOwn(key);
    return own == null && scope.parent() != null ? scope.root().views().findOwn(key) : own;
  }

  private @Nullable JobSnapshot findOwn(OffloadKey<?> key) {
    for (; ; ) {
      JobCell<?> job = scope.registry.find(key);
      if (job == null) {
        return null;
      }
      JobSnapshot snapshot = job.snapshot();
      boolean live = snapshot.state() == JobState.QUEUED || snapshot.state() == JobState.RUNNING;
      if (live || (snapshot.state().isActive() && scope.registry.find(key) == job)) {
        return snapshot;
      } // cancelled or ended between the two: there may be another one
    }
  }

  /** Whether any job under the key is active in this scope or in the manager. */
  public boolean isInFlight(OffloadKey<?> key) {
    return scope.registry.find(key) != null
        || (scope.parent() != null && scope.root().registry.find(key) != null);
  }

  /** The number of active jobs in this scope and below it. */
  public long activeCount() {
    long[] active = {0};
    scope.forEachScope(each -> active[0] += each.gate.jobs());
    return active[0];
  }

  /** The jobs of this scope alone that are under one of the keys. */
  public List<JobCell<?>> jobs(Collection<? extends OffloadKey<?>> keys) {
    List<JobCell<?>> jobs = new ArrayList<>();
    for (OffloadKey<?> key : keys) {
      scope.registry.forEach(key, jobs::add);
    }
    return jobs;
  }

  /**
   * All jobs of this scope and below it some of whose callers may not have been notified of the
   * end.
   */
  public List<JobCell<?>> jobs() {
    List<JobCell<?>> jobs = new ArrayList<>();
    forEachJob(jobs::add);
    return jobs;
  }

  private void forEachJob(Consumer<JobCell<?>> action) {
    scope.forEachScope(each -> each.registry.forEach(action));
  }

  /** All active jobs of this scope and below it. */
  public List<JobSnapshot> activeJobs() {
    return active(jobs());
  }

  private static List<JobSnapshot> active(List<JobCell<?>> jobs) {
    List<JobSnapshot> active = new ArrayList<>(jobs.size());
    jobs.forEach(job -> active.add(job.snapshot()));
    active.removeIf(job -> !job.state().isActive());
    return active;
  }

  /** The open scopes below this one. */
  public List<ScopeSnapshot> openScopes() {
    return snapshot().children();
  }

  /** Jobs, counts, and the scopes below this one. */
  public ScopeSnapshot snapshot() {
    List<Seen> seen = new ArrayList<>();
    Deque<Seen> left = new ArrayDeque<>();
    for (Seen next = new Seen(scope, null); next != null; next = left.pollFirst()) {
      seen.add(next);
      next.look(left);
    }
    // Children were visited after their parent, so in reverse order they are complete before it.
    for (int i = seen.size() - 1; i > 0; i--) {
      seen.get(i).addToAbove();
    }
    return seen.get(0).snapshot();
  }

  /** A scope in a snapshot under construction: its own data, and then that of its children. */
  private static final class Seen {
    private final ScopeCore scope;
    private final @Nullable Seen above;
    private final Map<String, OffloadStats> byKind = new TreeMap<>();
    private final Deque<ScopeSnapshot> under = new ArrayDeque<>(0);

    Seen(ScopeCore scope, @Nullable Seen above) {
      this.scope = scope;
      this.above = above;
    }

    /** Reads the counts, and adds the open scopes below this one to {@code left}. */
    void look(Deque<Seen> left) {
      synchronized (scope.children) {
        scope.kinds.forEach(kind -> add(byKind, kind, kind.stats()));
        scope.children.fromNewest(child -> left.addFirst(new Seen(child, this)));
      }
      scope.registry.forEach(
          job -> {
            if (!job.hasEnded()) {
              add(byKind, job.kind(), new OffloadStats(job.joined(), 0, 0, 0, 0, 1));
            }
          });
    }

    /** Adds the finished snapshot to the parent's; siblings arrive in reverse order. */
    void addToAbove() {
      Seen to = Objects.requireNonNull(above);
      to.under.addFirst(snapshot());
      byKind.forEach((kind, stats) -> to.byKind.merge(kind, stats, OffloadStats::plus));
    }

    ScopeSnapshot snapshot() {
      OffloadStats total = byKind.values().stream().reduce(OffloadStats.ZERO, OffloadStats::plus);
      List<JobSnapshot> jobs = active(scope.registry.all());
      return new ScopeSnapshot(
          scope.name(),
          scope.engine().since(scope.openedNanos),
          jobs,
          List.copyOf(under),
          total,
          byKind);
    }
  }

  private static void add(Map<String, OffloadStats> byKind, ScopeKind kind, OffloadStats stats) {
    byKind.merge(kind.settings.kind.name(), stats, OffloadStats::plus);
  }
}
