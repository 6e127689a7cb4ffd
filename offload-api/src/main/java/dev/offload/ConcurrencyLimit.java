package dev.offload;

/**
 * How many jobs of a scope or of a kind may run at a time, and how many may wait for it.
 *
 * <p>The limit of a scope covers all scopes under it, that of a kind the whole manager. A job takes
 * the permits of all limits that concern it together, when its predecessor has ended; among the
 * jobs that all find room, the one that has waited longest is first. A job that is being cancelled
 * keeps its permits until its body has ended.
 *
 * <p>A body that waits for a queued job lends it its own permits meanwhile, so that a body under a
 * limit may call further work under the same limit. It waits while any part of it does: with a
 * limit of 1, a body that starts a coroutine or thread which calls more work, and goes on itself,
 * runs beside that work. So does one that stops waiting before that work has ended. Only by that is
 * a limit exceeded.
 *
 * <p>Instances are immutable. The idea of the two numbers is that of {@link
 * java.util.concurrent.ThreadPoolExecutor}, the lending is akin to how a {@link
 * java.util.concurrent.ForkJoinPool} compensates for blocked threads.
 *
 * @param maxConcurrent how many bodies may run at a time, at least 1
 * @param maxQueued how many accepted jobs may wait; 0 to refuse what cannot run at once
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
   * Limits how many run, and not how many wait.
   *
   * @param maxConcurrent how many bodies may run at a time
   * @return the limit
   * @throws IllegalArgumentException if {@code maxConcurrent} is below 1
   */
  public static ConcurrencyLimit of(int maxConcurrent) {
    return new ConcurrencyLimit(maxConcurrent, Integer.MAX_VALUE);
  }

  /**
   * Limits how many wait, too.
   *
   * @param max how many accepted jobs may wait
   * @return the limit
   * @throws IllegalArgumentException if {@code max} is below 0
   */
  public ConcurrencyLimit withMaxQueued(int max) {
    return new ConcurrencyLimit(maxConcurrent, max);
  }
}
