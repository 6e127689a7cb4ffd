package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a submission.
 *
 * @param <H> the type of handle
 * @since 0.1
 */
public sealed interface Submission<H extends OffloadHandle> {

  /**
   * Returns the handle, whatever the outcome.
   *
   * @return the handle, or null if the submission was {@link Rejected}
   */
  default @Nullable H handleOrNull() {
    if (this instanceof Started<H> started) {
      return started.handle();
    }
    if (this instanceof Joined<H> joined) {
      return joined.handle();
    }
    if (this instanceof Replaced<H> replaced) {
      return replaced.handle();
    }
    return null;
  }

  /**
   * The job is new. Its body starts at once or, if a cancelled body under its key is still running,
   * when that one has ended.
   *
   * @param handle the lease on the new job
   * @param <H> the type of handle
   */
  record Started<H extends OffloadHandle>(H handle) implements Submission<H> {}

  /**
   * A job in flight is shared; the submission's own body is not used.
   *
   * @param handle the lease on the job in flight
   * @param <H> the type of handle
   */
  record Joined<H extends OffloadHandle>(H handle) implements Submission<H> {}

  /**
   * At least one job in flight was cancelled ({@link CancelReason#REPLACED}) to make room; the new
   * body starts when the replaced ones have ended.
   *
   * @param handle the lease on the new job
   * @param <H> the type of handle
   */
  record Replaced<H extends OffloadHandle>(H handle) implements Submission<H> {}

  /**
   * Nothing was started.
   *
   * @param reason why
   * @param limit whose concurrency limit was reached, as text such as {@code kind user.load} or
   *     {@code scope 'nightly'}; null for other reasons
   * @param <H> the type of handle
   */
  record Rejected<H extends OffloadHandle>(RejectReason reason, @Nullable String limit)
      implements Submission<H> {

    /**
     * For reasons other than a full queue.
     *
     * @param reason why
     */
    public Rejected(RejectReason reason) {
      this(reason, null);
    }
  }
}
