package dev.offload.coroutines.internal;

import dev.offload.OffloadCycleException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom, among jobs.
 *
 * <p>A job's edges are kept with it: those of its waits, and that of a successor to its
 * predecessors. A wait writes its edge first and then searches forward from what it waits for. Of
 * several waits that close a circle together, the one that wrote its edge last finds all others
 * written; so at least one of them sees the circle, and it never comes to be.
 *
 * <p>An edge counts only while it blocks. A wait for the outcome of a decided job is over; so are
 * the waits of a job that is being cancelled, for they are ended by that, unless they are still
 * there (or begun) after the body was asked to stop.
 */
public final class WaitGraph {
  private WaitGraph() {}

  /**
   * Notes that {@code waiting} begins to wait, and lends its permits to what is queued.
   *
   * @throws OffloadCycleException if it would wait for itself; then nothing is noted
   */
  public static WaitEdge begin(JobCell<?> waiting, WaitTarget target) {
    WaitEdge edge = new WaitEdge(waiting, target);
    waiting.addWait(edge);
    List<JobCell<?>> queued = new ArrayList<>(0);
    Search search = new Search();
    target.markAwaited();
    target.forEachBlocker(blocker -> search.meet(blocker, null));
    boolean closesCircle =
        search.run(
            job -> {
              if (job.ticket() != null && !job.hasBegun()) {
                queued.add(job);
              }
              return job == waiting;
            });
    if (closesCircle) {
      edge.close();
      throw new OffloadCycleException(search.path(waiting));
    }
    queued.forEach(job -> job.scope().engine().admission.awaited(job).run());
    return edge;
  }

  /** Whether {@code from} waits for {@code to}, directly or through others. */
  static boolean leads(JobCell<?> from, JobCell<?> to) {
    Search search = new Search();
    from.forEachBlocker(blocker -> search.meet(blocker, null));
    return search.run(job -> job == to);
  }

  private static final class Search {
    private final Map<JobCell<?>, @Nullable JobCell<?>> metFrom = new HashMap<>(4);
    private final Deque<JobCell<?>> open = new ArrayDeque<>(4);

    void meet(JobCell<?> job, @Nullable JobCell<?> from) {
      if (!metFrom.containsKey(job)) {
        metFrom.put(job, from);
        open.add(job);
      }
    }

    /** Visits all that can be reached, until one is found. */
    boolean run(Predicate<JobCell<?>> found) {
      for (JobCell<?> job = open.poll(); job != null; job = open.poll()) {
        if (found.test(job)) {
          return true;
        }
        JobCell<?> from = job;
        job.forEachBlocker(blocker -> meet(blocker, from));
      }
      return false;
    }

    /** The kinds on the way to a job that was met, with that job's own kind in front. */
    List<String> path(JobCell<?> end) {
      Deque<String> kinds = new ArrayDeque<>();
      for (JobCell<?> job = end; job != null; job = metFrom.get(job)) {
        kinds.addFirst(job.key().kind().name());
      }
      kinds.addFirst(end.key().kind().name());
      return List.copyOf(kinds);
    }
  }
}
