package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.time.OffloadTimer;
import org.jspecify.annotations.Nullable;

/**
 * What a job runs. Each body calls {@link JobCell#begin()} when its code is about to run, and, if
 * that returned true, {@link JobCell#succeed} or {@link JobCell#fail} exactly once when all of it
 * has ended.
 */
public interface JobBody<T extends @Nullable Object> {

  /**
   * Hands the body to its dispatcher or executor. Called at most once, and never under a lock. If
   * it throws before the body has begun, the job fails with that exception as the cause.
   */
  void startBody(JobCell<T> job);

  /**
   * Called when the job is in its registry, and about to be started or queued. Must neither block
   * nor run foreign code nor throw.
   */
  default void placed(JobCell<T> job) {}

  /**
   * Asks the body to end soon. Called at most once, at any time after the job was accepted: also
   * before {@link #startBody}, which then may or may not follow, and after the end.
   */
  void stopBody();

  /**
   * Called when the outcome is decided, at least once, before this library notifies the callers,
   * although a caller that polls may know earlier. Must neither block nor run foreign code nor
   * throw.
   */
  default void decided(JobCell<T> job) {}

  /** The clock for the job's limits; null for the manager's. Must not throw. */
  default @Nullable OffloadTimer timer() {
    return null;
  }

  /** Whether {@link #stopBody} interrupts the thread that runs the body's code. */
  default boolean stopsByInterrupt() {
    return false;
  }

  /** Called when the callers have been notified of what {@link #decided} reported. */
  default void told() {}
}
