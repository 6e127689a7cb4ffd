package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.Nullable;

/**
 * The job whose body the current thread runs. Set by the bodies; for code that may suspend, the
 * coroutine context is authoritative.
 */
public final class CurrentJob {
  private static final ThreadLocal<@Nullable JobCell<?>> CURRENT = new ThreadLocal<>();

  private CurrentJob() {}

  /**
   * The job, or null outside of bodies, and also during the notifications of its end on the thread
   * that ended it.
   */
  public static @Nullable JobCell<?> get() {
    JobCell<?> job = CURRENT.get();
    return job == null || job.hasEnded() ? null : job;
  }

  /** Sets the job; returns the previous one, to be restored afterwards. */
  public static @Nullable JobCell<?> set(@Nullable JobCell<?> job) {
    JobCell<?> before = CURRENT.get();
    CURRENT.set(job); // never removed: the next body on this thread would recreate the entry
    return before;
  }
}
