package dev.offload.coroutines.internal;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Failures of a scope's own jobs that nobody has asked for yet, to be reported at its end. Of a
 * scope that stays open for long, the oldest are reported before.
 */
final class UnseenFailures {
  /** How many are kept: each keeps a job and its exception from being collected. */
  private static final int MOST = 1_000;

  /** Null while there was none: few scopes have any. */
  private @Nullable Queue<JobCell<?>> failed;

  synchronized void add(JobCell<?> job) {
    if (failed == null) {
      failed = new ArrayDeque<>();
    }
    failed.add(job);
  }

  /** Reports the oldest if there are too many; apart from {@link #add}, since it calls the user. */
  void reportTooMany() {
    JobCell<?> oldest = takeTooMany();
    if (oldest != null) {
      report(oldest);
    }
  }

  private synchronized @Nullable JobCell<?> takeTooMany() {
    return failed != null && failed.size() > MOST ? failed.remove() : null;
  }

  /** Reports all that nobody has asked for meanwhile; calls the user. */
  void reportAll() {
    taken().forEach(UnseenFailures::report);
  }

  synchronized boolean isEmpty() {
    return failed == null;
  }

  private synchronized List<JobCell<?>> taken() {
    List<JobCell<?>> taken = failed == null ? List.of() : List.copyOf(failed);
    failed = null;
    return taken;
  }

  private static void report(JobCell<?> job) {
    if (job.hasFailedUnobserved()) {
      Throwable failure = Objects.requireNonNull(job.failure());
      job.scope().engine().listener.unobservedFailure(job.snapshot(), failure);
    }
  }
}
