package dev.offload;

import java.util.List;

/**
 * The result of a shutdown.
 *
 * @param finished the number of jobs that were active at the beginning or accepted later, and ended
 *     on their own
 * @param cancelled the number of jobs that the shutdown cancelled and whose bodies ended in time
 * @param undying the jobs whose bodies had not ended when the kill time was over; their callers
 *     already have the outcome
 * @param openScopes the scopes that were still open under the manager when the kill time was over,
 *     as trees
 * @since 0.1
 */
public record ShutdownReport(
    long finished, long cancelled, List<JobSnapshot> undying, List<ScopeSnapshot> openScopes) {

  /** Copies the lists, so that the report never changes. */
  public ShutdownReport {
    undying = List.copyOf(undying);
    openScopes = List.copyOf(openScopes);
  }

  /**
   * Returns whether everything ended.
   *
   * @return true if no body was left running and no scope open
   */
  public boolean isClean() {
    return undying.isEmpty() && openScopes.isEmpty();
  }
}
