package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * A submission was refused; its body has not run. This class itself, rather than a subclass, is
 * thrown for {@link RejectReason#QUEUE_FULL}.
 *
 * @since 0.1
 */
public sealed class OffloadRejectedException extends OffloadException
    permits KeyInFlightException, ScopeClosedException {
  private static final long serialVersionUID = 1L;

  private final RejectReason reason;
  private final @Nullable String limit;

  /**
   * For subclasses.
   *
   * @param message what was refused and why
   * @param reason why
   */
  protected OffloadRejectedException(String message, RejectReason reason) {
    this(message, reason, null);
  }

  private OffloadRejectedException(String message, RejectReason reason, @Nullable String limit) {
    super(message, null);
    this.reason = reason;
    this.limit = limit;
  }

  /**
   * Created by the library.
   *
   * @param label the key as text
   * @param limit whose limit it was
   * @return the exception for a full queue
   */
  public static OffloadRejectedException queueFull(String label, String limit) {
    return new OffloadRejectedException(
        label
            + " was refused: as many jobs run and wait as the limit of "
            + limit
            + " allows; try again later, wait for room (submitWhenRoom), or raise the limit",
        RejectReason.QUEUE_FULL,
        limit);
  }

  /**
   * Returns why the submission was refused.
   *
   * @return the reason
   */
  public RejectReason reason() {
    return reason;
  }

  /**
   * Returns whose concurrency limit was reached, as text: {@code kind user.load} or {@code scope
   * 'nightly'}.
   *
   * @return the owner of the limit; null unless the reason is {@link RejectReason#QUEUE_FULL}
   */
  public @Nullable String limit() {
    return limit;
  }
}
