package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.Nullable;

/**
 * A job or a scope, as a party of waits: who waits for it, and what its body waits for. Made when
 * it is first needed. Guarded by {@link WaitGraph#LOCK}.
 */
public final class WaitNode {
  final @Nullable JobCell<?> job;
  final @Nullable ScopeCore scope;

  /** What the body of the job waits for, the oldest first. */
  WaitEdge.@Nullable Part firstOut;

  WaitEdge.@Nullable Part lastOut;
  int outs;

  /** Who waits for this. */
  WaitEdge.@Nullable Part firstIn;

  int ins;

  /** Of a scope: what in it may hold up others or be held up, the oldest first. */
  @Nullable WaitNode firstMember;

  @Nullable WaitNode lastMember;
  int members;

  /** The links among the members of the scope that this belongs to. */
  @Nullable WaitNode nextMember;

  @Nullable WaitNode previousMember;
  boolean isListed;

  /** Which searches have met it, and how they came here. */
  long metForward;

  long metBackward;
  @Nullable WaitNode cameFrom;
  WaitEdge.@Nullable Part cameBy;

  /**
   * Of a job: the one under its key that waited when this one was placed, and does not wait for
   * this one. Here, as few jobs have any. Written before the job is seen.
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
