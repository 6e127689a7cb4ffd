package dev.offload;

/**
 * What a submission does when its key is already in flight. The policy of the new submission
 * decides: its own option, else the setting of its kind, else the default. A conflict is never
 * silent; the {@link Submission} says what happened.
 *
 * <p>A job that is being cancelled cannot be joined or replaced, nor is it a reason to reject:
 * under every policy except {@link #ALLOW}, the new submission becomes its successor, and starts
 * when the cancelled body has ended.
 *
 * @since 0.1
 */
public enum ConflictPolicy {
  /**
   * Share the job in flight: the new submission's body does not run. For {@link OffloadKey.Keyed}
   * only.
   */
  JOIN,
  /**
   * Share a run that has not started, or become the next one: the result comes from a body that
   * started after this submission. A caller thus reads its own earlier writes, and any number of
   * "it has changed, run again" submissions during one run cost one more run. For {@link
   * OffloadKey.Keyed} only.
   *
   * <p>The next run starts when the running body has ended, however long that takes, and all
   * submissions in the meantime share it, those with {@link #JOIN} included.
   */
  NEXT,
  /** Refuse the new submission. */
  REJECT,
  /** Cancel what is in flight and start once its body has ended. */
  REPLACE,
  /**
   * Run concurrently with what is in flight; every job is still tracked, can be cancelled, and is
   * waited for.
   */
  ALLOW
}
