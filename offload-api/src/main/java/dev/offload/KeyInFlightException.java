package dev.offload;

/**
 * The key is in flight and the submission's policy is {@link ConflictPolicy#REJECT}.
 *
 * @since 0.1
 */
public final class KeyInFlightException extends OffloadRejectedException {
  private static final long serialVersionUID = 1L;

  /**
   * Created by the library.
   *
   * @param label the key as text
   */
  public KeyInFlightException(String label) {
    super(
        label
            + " is in flight; wait for it, or submit with another conflict policy (REPLACE or"
            + " ALLOW; JOIN for a keyed key)",
        RejectReason.KEY_IN_FLIGHT);
  }
}
