package dev.offload;

/**
 * Why a submission was refused.
 *
 * @since 0.1
 */
public enum RejectReason {
  /** The key is in flight and the newcomer's policy is {@link ConflictPolicy#REJECT}. */
  KEY_IN_FLIGHT,
  /** A limit of the scope or of the kind is reached, and as many jobs wait for it as may. */
  QUEUE_FULL,
  /** The scope has ended or is being cancelled or shut down. */
  SCOPE_CLOSED
}
