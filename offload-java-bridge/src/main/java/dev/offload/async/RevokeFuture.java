package dev.offload.async;

import dev.offload.RevokeOutcome;
import dev.offload.coroutines.internal.WaitTarget;
import org.jspecify.annotations.Nullable;

/** Completed when a revoke has ended; what completes it from outside cancels the revoke. */
final class RevokeFuture<R extends @Nullable Object> extends JobsFuture<RevokeOutcome<R>> {
  private final OffloadFuture<R> block;

  RevokeFuture(OffloadFuture<R> block) {
    this.block = block;
    var unused =
        block.handle(
            (value, failure) ->
                complete(
                    failure == null
                        ? new RevokeOutcome.Revoked<>(value)
                        : new RevokeOutcome.RevokeFailed<>(failure)));
    var unused2 = whenComplete((outcome, failure) -> block.cancel());
  }

  @Override
  WaitTarget target() {
    return block.outcomeOfJob();
  }
}
