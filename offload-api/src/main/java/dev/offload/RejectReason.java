package dev.offload;

/**
 * Why a submission was refused.
 *
 * @since 0.1
 */
public enum RejectReason {
  /** The key is in flight and the submission's policy is {@link ConflictPolicy#REJECT}. */
  KEY_IN_FLIGHT,
  /** A concurrency limit is reached and its queue is full. */
  QUEUE_FULL,
  /** The scope has ended or is being cancelled or shut down. */
  SCOPE_CLOSED
}
