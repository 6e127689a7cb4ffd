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

/** What is to be seen of a scope and those under it. Changes nothing. */
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
      } // it was cancelled or ended between the two: another one may be there
    }
  }

  /** Whether any job under the key is active in this scope or in the manager. */
  public boolean isInFlight(OffloadKey<?> key) {
    return scope.registry.find(key) != null
        || (scope.parent() != null && scope.root().registry.find(key) != null);
  }

  /** The number of active jobs in this scope and under it. */
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

  /** All jobs of this scope and under it whose callers may not all have been told of the end. */
  public List<JobCell<?>> jobs() {
    List<JobCell<?>> jobs = new ArrayList<>();
    forEachJob(jobs::add);
    return jobs;
  }

  private void forEachJob(Consumer<JobCell<?>> action) {
    scope.forEachScope(each -> each.registry.forEach(action));
  }

  /** All active jobs of this scope and under it. */
  public List<JobSnapshot> activeJobs() {
    return active(jobs());
  }

  private static List<JobSnapshot> active(List<JobCell<?>> jobs) {
    List<JobSnapshot> active = new ArrayList<>(jobs.size());
    jobs.forEach(job -> active.add(job.snapshot()));
    active.removeIf(job -> !job.state().isActive());
    return active;
  }

  /** The open scopes under this one. */
  public List<ScopeSnapshot> openScopes() {
    return snapshot().children();
  }

  /** Jobs, counts, and the scopes under this one. */
  public ScopeSnapshot snapshot() {
    List<Seen> seen = new ArrayList<>();
    Deque<Seen> left = new ArrayDeque<>();
    for (Seen next = new Seen(scope, null); next != null; next = left.pollFirst()) {
      seen.add(next);
      next.look(left);
    }
    // Those under a scope were seen after it, so backwards they are done before it.
    for (int i = seen.size() - 1; i > 0; i--) {
      seen.get(i).addToAbove();
    }
    return seen.get(0).snapshot();
  }

  /** A scope on the way into a snapshot: what was seen of it, and then of those under it. */
  private static final class Seen {
    private final ScopeCore scope;
    private final @Nullable Seen above;
    private final Map<String, OffloadStats> byKind = new TreeMap<>();
    private final Deque<ScopeSnapshot> under = new ArrayDeque<>(0);

    Seen(ScopeCore scope, @Nullable Seen above) {
      this.scope = scope;
      this.above = above;
    }

    /** Reads the counts, and hands over the open scopes under this one. */
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

    /** Hands the finished picture to the scope above; the last of several comes first. */
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
