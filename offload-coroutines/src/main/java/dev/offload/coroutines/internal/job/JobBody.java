package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.time.OffloadTimer;
import org.jspecify.annotations.Nullable;

/**
 * What a job runs. Each body calls {@link JobCell#begin()} when its code is about to run, and, if
 * that answered true, {@link JobCell#succeed} or {@link JobCell#fail} exactly once when all of it
 * has ended.
 */
public interface JobBody<T extends @Nullable Object> {

  /**
   * Hands the body to its dispatcher or executor. Called at most once, and never under a lock. What
   * it throws, the job fails with, if the body has not begun.
   */
  void startBody(JobCell<T> job);

  /**
   * The job is in its registry, and about to be started or queued. It must neither wait nor run
   * foreign code nor throw.
   */
  default void placed(JobCell<T> job) {}

  /**
   * Asks the body to end soon. Comes at most once, at any time after the job was accepted: also
   * before {@link #startBody}, which then may or may not follow, and after the end.
   */
  void stopBody();

  /**
   * The outcome is decided. Comes at least once, before this library tells the callers, though a
   * caller who looks may know before; it must neither wait nor run foreign code nor throw.
   */
  default void decided(JobCell<T> job) {}

  /** The clock by which its limits are told; null for that of the manager. It must not throw. */
  default @Nullable OffloadTimer timer() {
    return null;
  }

  /** Whether {@link #stopBody} interrupts the thread that runs the body's code. */
  default boolean stopsByInterrupt() {
    return false;
  }

  /** The callers have been told what {@link #decided} was about. */
  default void told() {}
}
