package dev.offload;

import java.util.List;
import java.util.Map;

/**
 * A scope as it stood at one moment.
 *
 * <p>Jobs and counts are read one after the other, so under concurrent work they may differ by what
 * happened between.
 *
 * @param name the name of the scope, as given
 * @param jobs the jobs that were queued, running or being cancelled
 * @param total the counts of the whole scope
 * @param byKind the counts by name of kind
 * @since 0.1
 */
public record ScopeSnapshot(
    String name, List<JobSnapshot> jobs, OffloadStats total, Map<String, OffloadStats> byKind) {

  /** Copies the collections, so that the snapshot never changes. */
  public ScopeSnapshot {
    jobs = List.copyOf(jobs);
    byKind = Map.copyOf(byKind);
  }

  /** Returns the scope, its counts and one line per job, for people to read. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    text.append(": active ").append(total.active());
    text.append(", submitted ").append(total.submitted());
    text.append(" (accepted ").append(total.accepted());
    text.append(", joined ").append(total.joined());
    text.append(", rejected ").append(total.rejected());
    text.append("), succeeded ").append(total.succeeded());
    text.append(", failed ").append(total.failed());
    text.append(", cancelled ").append(total.cancelled());
    for (JobSnapshot job : jobs) {
      text.append("\n  ").append(job);
    }
    return text.toString();
  }
}
