package dev.offload;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a scope at one moment, with the scopes open under it.
 *
 * <p>Jobs and counts are read one after the other, so under concurrent work they may differ by what
 * happened in between.
 *
 * @param name the name of the scope, as given
 * @param age the time since the scope was opened
 * @param jobs the jobs of this scope, without those of scopes under it, that were queued, running
 *     or being cancelled
 * @param children the open scopes under it
 * @param total the counts of this scope and of all scopes that are or were under it
 * @param byKind the same counts by the name of the kind
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
   * Returns the tree as human-readable text: a line for the scope with its age and counts, one for
   * each job, and, indented, the scopes under it. From depth 64 on the indentation no longer grows,
   * and the line of a scope begins with its depth.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    Deque<Level> left = new ArrayDeque<>();
    for (Level next = new Level(this, 0); next != null; next = left.pollFirst()) {
      next.appendTo(text);
      List<ScopeSnapshot> below = next.scope.children;
      for (int i = below.size() - 1; i >= 0; i--) {
        left.addFirst(new Level(below.get(i), next.depth + 1));
      }
    }
    return text.toString();
  }

  /** A scope and its depth in the text. */
  private record Level(ScopeSnapshot scope, int depth) {
    /** Otherwise the text of a chain of scopes would grow with the square of their number. */
    private static final int MOST_INDENTS = 64;

    void appendTo(StringBuilder text) {
      String indent = "  ".repeat(Math.min(depth, MOST_INDENTS));
      if (depth > 0) {
        text.append('\n');
      }
      text.append(indent);
      if (depth >= MOST_INDENTS) {
        text.append('[').append(depth).append("] ");
      }
      OffloadStats total = scope.total;
      text.append(scope.name).append(": age ").append(scope.age);
      text.append(", active ").append(total.active());
      text.append(", submitted ").append(total.submitted());
      text.append(" (accepted ").append(total.accepted());
      text.append(", joined ").append(total.joined());
      text.append(", rejected ").append(total.rejected());
      text.append("), succeeded ").append(total.succeeded());
      text.append(", failed ").append(total.failed());
      text.append(", cancelled ").append(total.cancelled());
      for (JobSnapshot job : scope.jobs) {
        text.append('\n').append(indent).append("  ").append(job);
      }
    }
  }

  // Equality is that of a record. It is written out because a record's own recurses for each level
  // of the tree, which may be deep.

  /** Returns whether both trees have equal scopes in the same places. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof ScopeSnapshot that)) {
      return false;
    }
    Deque<ScopeSnapshot> left = new ArrayDeque<>(List.of(that, this));
    while (!left.isEmpty()) {
      ScopeSnapshot one = left.pop();
      ScopeSnapshot two = left.pop();
      if (one == two) {
        continue;
      }
      if (!one.hasEqualOwn(two)) {
        return false;
      }
      for (int i = 0; i < one.children.size(); i++) {
        left.push(one.children.get(i));
        left.push(two.children.get(i));
      }
    }
    return true;
  }

  private boolean hasEqualOwn(ScopeSnapshot that) {
    return children.size() == that.children.size()
        && name.equals(that.name)
        && age.equals(that.age)
        && total.equals(that.total)
        && jobs.equals(that.jobs)
        && byKind.equals(that.byKind);
  }

  /** Returns a hash over all scopes of the tree. */
  @Override
  public int hashCode() {
    int hash = 1;
    Deque<ScopeSnapshot> left = new ArrayDeque<>();
    for (ScopeSnapshot next = this; next != null; next = left.pollFirst()) {
      int own = Objects.hash(next.name, next.age, next.jobs, next.total, next.byKind);
      hash = 31 * hash + 31 * own + next.children.size();
      next.children.forEach(left::addFirst);
    }
    return hash;
  }
}
