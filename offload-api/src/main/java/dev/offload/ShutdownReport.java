package dev.offload;

import java.util.List;

/**
 * What a shutdown found and did.
 *
 * @param finished the number of jobs that were active at the beginning or were accepted later, and
 *     ended by themselves
 * @param cancelled the number of jobs that the shutdown cancelled and whose bodies then ended in
 *     time
 * @param undying the jobs whose bodies had not ended when the kill time was over; their callers
 *     have their answer
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
   * Tells whether everything ended.
   *
   * @return true if no body was left running and no scope open
   */
  public boolean isClean() {
    return undying.isEmpty() && openScopes.isEmpty();
  }
}
