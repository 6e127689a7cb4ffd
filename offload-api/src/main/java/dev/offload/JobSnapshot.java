package dev.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of one job at one moment. Taking a snapshot takes no lease.
 *
 * @param number the number of the job, constant and unique within its manager. The manager can
 *     cancel the job by it, whichever scope owns the job
 * @param key the key of the job
 * @param label the key as human-readable text; contains the id only if {@link
 *     OffloadConfig#showIds()} is set
 * @param state the state of the job
 * @param cancelReason why it is being cancelled, or null if it is not
 * @param leases the number of callers that held it; for a job started by {@code spawn}, its scope
 *     counts as one
 * @param age the time since it was accepted
 * @param waitsFor what a queued job waits for, as human-readable text such as "its predecessor" or
 *     "a permit of kind user.load"; null for other jobs
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
   * Returns label, number, state, age and leases in one line; contains the id only if the label
   * does.
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
