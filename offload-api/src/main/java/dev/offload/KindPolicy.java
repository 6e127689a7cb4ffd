package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * The settings of one kind. A null component follows the manager's default.
 *
 * <p>Instances are immutable: each {@code with} method returns a changed copy.
 *
 * @param conflict what a {@code submit} does when its key is in flight; {@link ConflictPolicy#JOIN}
 *     applies to {@link OffloadKey.Keyed} only, other keys of the kind use {@link
 *     ConflictPolicy#REJECT}
 * @param timeout how long a body may run
 * @param abandon what happens to a shared job when its last holder leaves
 * @param concurrency how many jobs of the kind may run and be queued, in the whole manager
 * @since 0.1
 */
public record KindPolicy(
    @Nullable ConflictPolicy conflict,
    @Nullable TimeoutPolicy timeout,
    @Nullable AbandonPolicy abandon,
    @Nullable ConcurrencyLimit concurrency) {

  private static final KindPolicy UNSET = new KindPolicy(null, null, null, null);

  /**
   * Returns the policy that follows the defaults in everything.
   *
   * @return the policy
   */
  public static KindPolicy unset() {
    return UNSET;
  }

  /**
   * Returns a copy with another conflict policy.
   *
   * @param policy see {@link #conflict()}
   * @return the copy
   */
  public KindPolicy withConflict(ConflictPolicy policy) {
    return new KindPolicy(Arguments.notNull("conflict", policy), timeout, abandon, concurrency);
  }

  /**
   * Returns a copy with other time limits.
   *
   * @param policy see {@link #timeout()}
   * @return the copy
   */
  public KindPolicy withTimeout(TimeoutPolicy policy) {
    return new KindPolicy(conflict, Arguments.notNull("timeout", policy), abandon, concurrency);
  }

  /**
   * Returns a copy with another abandon policy.
   *
   * @param policy see {@link #abandon()}
   * @return the copy
   */
  public KindPolicy withAbandon(AbandonPolicy policy) {
    return new KindPolicy(conflict, timeout, Arguments.notNull("abandon", policy), concurrency);
  }

  /**
   * Returns a copy with another concurrency limit.
   *
   * @param limit see {@link #concurrency()}
   * @return the copy
   */
  public KindPolicy withConcurrency(ConcurrencyLimit limit) {
    return new KindPolicy(conflict, timeout, abandon, Arguments.notNull("concurrency", limit));
  }
}
