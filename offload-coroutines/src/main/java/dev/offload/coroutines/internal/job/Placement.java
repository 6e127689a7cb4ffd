package dev.offload.coroutines.internal.job;

import dev.offload.KeyInFlightException;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.OffloadRejectedException;
import dev.offload.RejectReason;
import dev.offload.Submission;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The result of a submission to the core. If there is a job, the caller holds one lease on it, and
 * has to wrap it in a handle.
 *
 * @param how what happened
 * @param job the job, null if and only if the submission was rejected
 * @param by the scope that accepted or rejected it
 * @param limit the owner of the limit that was full, if that is why it was rejected
 */
public record Placement<T extends @Nullable Object>(
    How how, @Nullable JobCell<T> job, ScopeCore by, @Nullable String limit) {

  Placement(How how, @Nullable JobCell<T> job, ScopeCore by) {
    this(how, job, by, null);
  }

  /** What happened. */
  public enum How {
    STARTED,
    JOINED,
    REPLACED,
    KEY_IN_FLIGHT,
    QUEUE_FULL,
    SCOPE_CLOSED;

    /** Why it was rejected; null if it was not. */
    @Nullable RejectReason reason() {
      return switch (this) {
        case STARTED, JOINED, REPLACED -> null;
        case KEY_IN_FLIGHT -> RejectReason.KEY_IN_FLIGHT;
        case QUEUE_FULL -> RejectReason.QUEUE_FULL;
        case SCOPE_CLOSED -> RejectReason.SCOPE_CLOSED;
      };
    }
  }

  /** Whether the job existed before. */
  public boolean joined() {
    return how == How.JOINED;
  }

  /**
   * Whether the caller may wait for room and try again: a queue is full, and its body, if it is in
   * one, holds nothing that the room may depend on.
   */
  public boolean mayWaitForRoom(@Nullable JobCell<?> body, OffloadKey<?> key) {
    return how == How.QUEUE_FULL && !by.submissions().isHeldUpBy(body, key);
  }

  /** The job, or the exception that says why there is none. */
  public JobCell<T> jobOrThrow(OffloadKey<T> key) {
    JobCell<T> taken = job;
    if (taken == null) {
      throw refusal(key);
    }
    return taken;
  }

  private OffloadRejectedException refusal(OffloadKey<T> key) {
    return switch (how) {
      case KEY_IN_FLIGHT -> new KeyInFlightException(by.engine().label(key));
      case QUEUE_FULL ->
          OffloadRejectedException.queueFull(by.engine().label(key), Objects.requireNonNull(limit));
      default -> by.closedException();
    };
  }

  /** The public result; {@code wrap} creates the handle. */
  public <H extends OffloadHandle> Submission<H> submission(Function<Placement<T>, H> wrap) {
    return switch (how) {
      case STARTED -> new Submission.Started<>(wrap.apply(this));
      case JOINED -> new Submission.Joined<>(wrap.apply(this));
      case REPLACED -> new Submission.Replaced<>(wrap.apply(this));
      case KEY_IN_FLIGHT -> new Submission.Rejected<>(RejectReason.KEY_IN_FLIGHT);
      case QUEUE_FULL -> new Submission.Rejected<>(RejectReason.QUEUE_FULL, limit);
      case SCOPE_CLOSED -> new Submission.Rejected<>(RejectReason.SCOPE_CLOSED);
    };
  }

  /** The job of a placement that was not rejected. */
  public JobCell<T> taken() {
    return Objects.requireNonNull(job);
  }
}
