package dev.offload.coroutines.internal.kinds;

import dev.offload.AbandonPolicy;
import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.limits.PermitPool;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a manager knows about one kind: its settings, resolved once. */
public final class KindSettings {
  public final OffloadKind<?, ?> kind;

  private final @Nullable ConflictPolicy conflict;
  private final TimeoutPolicy timeout;
  private final AbandonPolicy abandon;

  /** The limit of the kind, or null. */
  public final @Nullable PermitPool pool;

  public KindSettings(OffloadKind<?, ?> kind, OffloadConfig config, @Nullable PermitPool pool) {
    this.kind = kind;
    this.pool = pool;
    KindPolicy policy = config.policyOf(kind.name());
    TimeoutPolicy limits = policy.timeout();
    AbandonPolicy whenLeft = policy.abandon();
    this.conflict = policy.conflict();
    this.timeout = limits == null ? TimeoutPolicy.none() : limits;
    this.abandon = whenLeft == null ? AbandonPolicy.cancel() : whenLeft;
  }

  /** The conflict policy of a submission. */
  public ConflictPolicy conflictFor(OffloadKey<?> key, @Nullable ConflictPolicy own) {
    boolean shareable = key instanceof OffloadKey.Keyed;
    if (own != null) {
      if (isSharing(own) && !shareable) {
        throw new IllegalArgumentException(
            "conflict must not be "
                + own
                + " for "
                + key
                + ": only work under a Keyed key may be shared");
      }
      return own;
    }
    if (shareable) {
      return conflict == null ? ConflictPolicy.JOIN : conflict;
    }
    return conflict == null || isSharing(conflict) ? ConflictPolicy.REJECT : conflict;
  }

  private static boolean isSharing(ConflictPolicy policy) {
    return policy == ConflictPolicy.JOIN || policy == ConflictPolicy.NEXT;
  }

  public TimeoutPolicy timeoutFor(@Nullable TimeoutPolicy own) {
    return own == null ? timeout : own;
  }

  /**
   * The reason the loss of the last lease cancels a shared job of this kind with; null if it does
   * not.
   */
  public @Nullable CancelReason whenAbandoned() {
    return abandon.time() == null ? null : CancelReason.ABANDONED;
  }

  /** How long a shared job of this kind continues without a lease; null if it does not. */
  public @Nullable Duration linger() {
    Duration time = abandon.time();
    return time == null || time.isZero() ? null : time;
  }
}
