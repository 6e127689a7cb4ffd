package dev.offload;

/**
 * What a submission does when its key is already in flight. The newcomer's policy decides: that of
 * the submission, else that of its kind, else the default. A collision is never silent; the {@link
 * Submission} says what happened.
 *
 * <p>A job that is being cancelled cannot be joined, rejected for or replaced: under every policy
 * but {@link #ALLOW} the newcomer becomes its successor, and starts when the dying body has ended.
 *
 * @since 0.1
 */
public enum ConflictPolicy {
  /**
   * Share the job in flight: the newcomer's body does not run. For {@link OffloadKey.Keyed} only.
   */
  JOIN,
  /**
   * Share a run that has not begun, or be the next one: whoever asks with this policy gets a result
   * whose body began after he asked. So he reads what he wrote before; and "it has changed again,
   * run once more" costs one run for all who say it while a body is at work. For {@link
   * OffloadKey.Keyed} only.
   *
   * <p>The next one starts when the body at work has ended, however long that takes, and all who
   * come meanwhile share it, those with {@link #JOIN} too.
   */
  NEXT,
  /** Refuse the newcomer. */
  REJECT,
  /** Cancel what is in flight and start once its body has ended. */
  REPLACE,
  /** Run beside what is in flight; every job stays tracked, cancellable and waited for. */
  ALLOW
}
