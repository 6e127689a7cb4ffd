package dev.offload;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A scope as it stood at one moment, with the scopes open under it.
 *
 * <p>Jobs and counts are read one after the other, so under concurrent work they may differ by what
 * happened between.
 *
 * @param name the name of the scope, as given
 * @param age the time since the scope was opened
 * @param jobs the jobs of this scope, without those of scopes under it, that were queued, running
 *     or being cancelled
 * @param children the open scopes under it
 * @param total the counts of this scope and all scopes that are or were under it
 * @param byKind the same counts by name of kind
 * @since 0.1
 */
public record ScopeSnapshot(
    String name,
    Duration age,
    List<JobSnapshot> jobs,
    List<ScopeSnapshot> children,
    OffloadStats total,
    Map<String, OffloadStats> byKind) {

  /** Copies the collections, so that the snapshot never changes. */
  public ScopeSnapshot {
    jobs = List.copyOf(jobs);
    children = List.copyOf(children);
    byKind = Map.copyOf(byKind);
  }

  /**
   * Returns the tree for people to read: a line for the scope with its age and counts, one for each
   * job, and, indented, the scopes under it.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    appendTo(text, "");
    return text.toString();
  }

  private void appendTo(StringBuilder text, String indent) {
    text.append(indent).append(name).append(": age ").append(age);
    text.append(", active ").append(total.active());
    text.append(", submitted ").append(total.submitted());
    text.append(" (accepted ").append(total.accepted());
    text.append(", joined ").append(total.joined());
    text.append(", rejected ").append(total.rejected());
    text.append("), succeeded ").append(total.succeeded());
    text.append(", failed ").append(total.failed());
    text.append(", cancelled ").append(total.cancelled());
    String below = indent + "  ";
    for (JobSnapshot job : jobs) {
      text.append('\n').append(below).append(job);
    }
    for (ScopeSnapshot child : children) {
      text.append('\n');
      child.appendTo(text, below);
    }
  }
}
