package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.Nullable;

/**
 * A job or a scope, as a participant in waits: what waits for it, and what its body waits for.
 * Created on demand. Guarded by {@link WaitGraph#LOCK}.
 */
public final class WaitNode {
  final @Nullable JobCell<?> job;
  final @Nullable ScopeCore scope;

  /** What the body of the job waits for, the oldest first. */
  WaitEdge.@Nullable Part firstOut;

  WaitEdge.@Nullable Part lastOut;
  int outs;

  /** What waits for this. */
  WaitEdge.@Nullable Part firstIn;

  int ins;

  /** For a scope: the members that may block others or be blocked, the oldest first. */
  @Nullable WaitNode firstMember;

  @Nullable WaitNode lastMember;
  int members;

  /** The links in the list of members of its scope. */
  @Nullable WaitNode nextMember;

  @Nullable WaitNode previousMember;
  boolean isListed;

  /** The last searches that met it, and how they got here. */
  long metForward;

  long metBackward;
  @Nullable WaitNode cameFrom;
  WaitEdge.@Nullable Part cameBy;

  /**
   * For a job: the one under its key that was waiting when this one was placed, and does not wait
   * for this one. Kept here, as few jobs have any. Written before the job is visible.
   */
  @Nullable JobCell<?> waitingBelow;

  WaitNode(JobCell<?> job) {
    this.job = job;
    this.scope = null;
  }

  WaitNode(ScopeCore scope) {
    this.job = null;
    this.scope = scope;
  }

  /** The scope whose end waits for this; null for the outermost scope. */
  @Nullable ScopeCore owner() {
    return job != null ? job.scope() : scope == null ? null : scope.parent();
  }

  /** Whether the body of the job waits. */
  boolean isBlocked() {
    return outs > 0;
  }
}
