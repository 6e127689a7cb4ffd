package dev.offload;

/**
 * A submission was refused; nothing of its body has run.
 *
 * @since 0.1
 */
public abstract sealed class OffloadRejectedException extends OffloadException
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
   * Returns why.
   *
   * @return the reason
   */
  public RejectReason reason() {
    return reason;
  }
}
