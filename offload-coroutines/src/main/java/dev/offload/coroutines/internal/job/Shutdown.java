package dev.offload.coroutines.internal.job;

import dev.offload.JobSnapshot;
import dev.offload.OffloadStats;
import dev.offload.ShutdownReport;
import java.util.List;

/**
 * One shutdown of a manager, and the report on it. Each face waits in its own way between the
 * steps: begin, wait for the grace period, {@link #cancelRest}, wait for the kill time, {@link
 * #report}.
 *
 * <p>Not thread-safe: belongs to the caller of the shutdown.
 */
public final class Shutdown {
  private final ScopeCore root;
  private final long endedBefore;
  private List<JobCell<?>> cancelled = List.of();
  private List<JobSnapshot> undying = List.of();

  private Shutdown(ScopeCore root) {
    this.root = root;
    this.endedBefore = ended();
  }

  /** Begins: from now on the manager takes work from its members only. */
  public static Shutdown begin(ScopeCore root) {
    Shutdown shutdown = new Shutdown(root);
    root.drain();
    return shutdown;
  }

  /** The grace period is over: cancels what is left. */
  public void cancelRest() {
    cancelled = root.close();
  }

  /** The kill time is over: what is still there is undying. */
  public void noteUndying() {
    undying = root.views().activeJobs();
  }

  /** The report. The last step. */
  public ShutdownReport report() {
    long cancelledInTime = cancelled.stream().filter(job -> !job.state().isActive()).count();
    return new ShutdownReport(
        ended() - endedBefore - cancelledInTime,
        cancelledInTime,
        undying,
        root.views().openScopes());
  }

  private long ended() {
    OffloadStats total = root.views().snapshot().total();
    return total.succeeded() + total.failed() + total.cancelled();
  }
}
