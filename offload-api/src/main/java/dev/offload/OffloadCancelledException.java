package dev.offload;

/**
 * The job, or this caller's lease on it, was cancelled. The caller's own coroutine or thread is not
 * cancelled.
 *
 * @since 0.1
 */
public final class OffloadCancelledException extends OffloadException {
  private static final long serialVersionUID = 1L;

  private final CancelReason reason;

  /**
   * Created by the library.
   *
   * @param label the key as text
   * @param reason why
   */
  public OffloadCancelledException(String label, CancelReason reason) {
    super(label + " was cancelled: " + explain(reason), null);
    this.reason = reason;
  }

  /**
   * Returns why it was cancelled.
   *
   * @return the reason
   */
  public CancelReason reason() {
    return reason;
  }

  private static String explain(CancelReason reason) {
    return switch (reason) {
      case CANCELLED -> "someone cancelled it by its key or its handle";
      case ABANDONED -> "its last holder left";
      case REPLACED -> "a later submission under its key replaced it";
      case TIMED_OUT -> "it ran longer than its limit";
      case SCOPE_CLOSED -> "the scope that owns it ended";
    };
  }
}
