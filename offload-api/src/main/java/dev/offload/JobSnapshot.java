package dev.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One job as it stood at one moment. Taking it takes no lease.
 *
 * @param number which job of its manager it is; it never changes, and no other job of the manager
 *     has it. By it the manager can cancel the job, whatever scope owns it
 * @param key the key of the job
 * @param label the key as text for people and logs; holds the id only if {@link
 *     OffloadConfig#showIds()} says so
 * @param state where the job stood
 * @param cancelReason why it is being cancelled, or null if it is not
 * @param leases the number of callers who held it; a job started by {@code spawn} counts its scope
 *     as one
 * @param age the time since it was accepted
 * @param waitsFor what a queued job waits for, in words for people, as "its predecessor" or "a
 *     permit of kind user.load"; null for other jobs
 * @since 0.1
 */
public record JobSnapshot(
    long number,
    OffloadKey<?> key,
    String label,
    JobState state,
    @Nullable CancelReason cancelReason,
    long leases,
    Duration age,
    @Nullable String waitsFor) {

  /**
   * Returns label, number, state, age and leases in one line, without the id unless the label has
   * it.
   */
  @Override
  public String toString() {
    String reason = cancelReason == null ? "" : " (" + cancelReason + ")";
    String wait = waitsFor == null ? "" : ", waits for " + waitsFor;
    return label
        + " #"
        + number
        + " "
        + state
        + reason
        + wait
        + ", age "
        + age
        + ", leases "
        + leases;
  }
}
