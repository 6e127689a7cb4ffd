package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.Nullable;

/**
 * Which job's body the current thread runs. Set by the bodies; for code that may suspend, its
 * context knows better.
 */
public final class CurrentJob {
  private static final ThreadLocal<@Nullable JobCell<?>> CURRENT = new ThreadLocal<>();

  private CurrentJob() {}

  /**
   * The job, or null outside of bodies: also where its end is told on the thread on which it came.
   */
  public static @Nullable JobCell<?> get() {
    JobCell<?> job = CURRENT.get();
    return job == null || job.hasEnded() ? null : job;
  }

  /** Sets the job; answers the one before, to be set again afterwards. */
  public static @Nullable JobCell<?> set(@Nullable JobCell<?> job) {
    JobCell<?> before = CURRENT.get();
    CURRENT.set(job); // never removed: the next body on this thread would make the entry anew
    return before;
  }
}
