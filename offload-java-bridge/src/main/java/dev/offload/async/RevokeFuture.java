package dev.offload.async;

import dev.offload.RevokeOutcome;
import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.job.WaitTarget;
import dev.offload.coroutines.internal.threads.SideThreads;
import org.jspecify.annotations.Nullable;

/** Completed when a revoke has ended; what completes it from outside cancels the revoke. */
final class RevokeFuture<R extends @Nullable Object> extends AnswerFuture<RevokeOutcome<R>> {
  private final OffloadFuture<R> block;

  RevokeFuture(OffloadFuture<R> block, SideThreads side) {
    super(side.stages);
    this.block = block;
    if (!block.job().register(new News())) {
      tell();
    }
  }

  private final class News extends Completion {
    @Override
    protected boolean wantsEnd() {
      return false;
    }

    @Override
    protected void fire() {
      tell();
    }
  }

  @Override
  boolean hasAnswer() {
    return block.hasAnswer();
  }

  @SuppressWarnings("unchecked") // the block belongs to this future alone
  private @Nullable Given<RevokeOutcome<R>> given() {
    return (Given<RevokeOutcome<R>>) block.givenUpWith();
  }

  @Override
  @Nullable Throwable failureOfAnswer() {
    Given<RevokeOutcome<R>> given = given();
    return given == null ? null : given.failure();
  }

  @Override
  @SuppressWarnings("NullAway") // given by a caller; then it may be null
  RevokeOutcome<R> valueOfAnswer() {
    Given<RevokeOutcome<R>> given = given();
    if (given != null) {
      return given.value();
    }
    Throwable failure = block.job().failure();
    return failure == null
        ? new RevokeOutcome.Revoked<>(block.job().valueOfSuccess())
        : new RevokeOutcome.RevokeFailed<>(failure);
  }

  @Override
  boolean giveUp(Given<RevokeOutcome<R>> answer) {
    if (!block.giveUpWith(answer)) {
      return false;
    }
    wake();
    return true;
  }

  @Override
  void markAsked() {
    block.markAsked();
  }

  @Override
  WaitTarget target() {
    return block.target();
  }
}
