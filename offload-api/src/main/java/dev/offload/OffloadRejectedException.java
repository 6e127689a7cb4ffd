package dev.offload;

/**
 * A submission was refused; nothing of its body has run. Thrown as such, and not as one of its
 * subclasses, for {@link RejectReason#QUEUE_FULL}.
 *
 * @since 0.1
 */
public sealed class OffloadRejectedException extends OffloadException
    permits KeyInFlightException, ScopeClosedException {
  private static final long serialVersionUID = 1L;

  private final RejectReason reason;

  /**
   * For subclasses.
   *
   * @param message what was refused and why
   * @param reason why
   */
  protected OffloadRejectedException(String message, RejectReason reason) {
    super(message, null);
    this.reason = reason;
  }

  /**
   * Made by the library.
   *
   * @param label the key as text
   * @return the exception for a full queue
   */
  public static OffloadRejectedException queueFull(String label) {
    return new OffloadRejectedException(
        label
            + " was refused: as many jobs run and wait as its limits allow; try again later, wait for room"
            + " (submitWhenRoom), or raise the limit",
        RejectReason.QUEUE_FULL);
  }

  /**
   * Returns why.
   *
   * @return the reason
   */
  public RejectReason reason() {
    return reason;
  }
}
