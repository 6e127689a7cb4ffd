package dev.offload;

/**
 * How many jobs of a scope or of a kind may run at a time, and how many may be queued.
 *
 * <p>A scope's limit covers all scopes under it, a kind's limit the whole manager. When its
 * predecessor has ended, a job takes the permits of all limits that apply to it in one step; among
 * the jobs that can run, the one that has waited longest goes first. A job that is being cancelled
 * keeps its permits until its body has ended.
 *
 * <p>A body that waits for a queued job lends it its own permits in the meantime, so a body under a
 * limit may call further work under the same limit. A body counts as waiting while any part of it
 * waits: with a limit of 1, a body that starts a coroutine or thread which calls more work, and
 * continues itself, runs concurrently with that work. So does a body that stops waiting before that
 * work has ended. These are the only cases in which a limit is exceeded.
 *
 * <p>Instances are immutable. The two numbers follow {@link
 * java.util.concurrent.ThreadPoolExecutor}; lending resembles the way a {@link
 * java.util.concurrent.ForkJoinPool} compensates for blocked threads.
 *
 * @param maxConcurrent how many bodies may run at a time, at least 1
 * @param maxQueued how many accepted jobs may be queued; 0 to refuse what cannot run at once
 * @since 0.1
 */
public record ConcurrencyLimit(int maxConcurrent, int maxQueued) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code maxConcurrent} is below 1 or {@code maxQueued} below
   *     0
   */
  public ConcurrencyLimit {
    if (maxConcurrent < 1) {
      throw new IllegalArgumentException(
          "maxConcurrent must be at least 1, but is " + maxConcurrent);
    }
    if (maxQueued < 0) {
      throw new IllegalArgumentException("maxQueued must not be negative, but is " + maxQueued);
    }
  }

  /**
   * Returns a limit on running jobs only; the queue is unbounded.
   *
   * @param maxConcurrent how many bodies may run at a time
   * @return the limit
   * @throws IllegalArgumentException if {@code maxConcurrent} is below 1
   */
  public static ConcurrencyLimit of(int maxConcurrent) {
    return new ConcurrencyLimit(maxConcurrent, Integer.MAX_VALUE);
  }

  /**
   * Returns a copy with a bounded queue.
   *
   * @param max how many accepted jobs may be queued
   * @return the limit
   * @throws IllegalArgumentException if {@code max} is below 0
   */
  public ConcurrencyLimit withMaxQueued(int max) {
    return new ConcurrencyLimit(maxConcurrent, max);
  }
}
