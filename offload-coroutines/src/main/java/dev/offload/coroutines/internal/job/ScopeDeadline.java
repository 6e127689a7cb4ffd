package dev.offload.coroutines.internal.job;

import dev.offload.OffloadTimeoutException;
import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time limit of a scope.
 *
 * <pre>
 *  from  to      by
 *  ----  ------  --------------------------------------------------------
 *  OPEN  PASSED  its timer, which then cancels the scope
 *  OPEN  OVER    the end of the scope, or any other cancel
 * </pre>
 *
 * <p>So the cause of the cancellation is decided once, before anyone can be notified of it.
 */
final class ScopeDeadline extends Completion {
  private enum State {
    OPEN,
    PASSED,
    OVER
  }

  private final ScopeCore scope;
  private final Duration limit;
  private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
  private volatile OffloadTimer.@Nullable Task task;

  ScopeDeadline(ScopeCore scope, Duration limit) {
    this.scope = scope;
    this.limit = limit;
  }

  /** Starts the timer; null for the manager's. To be called once. */
  void arm(@Nullable OffloadTimer timer) {
    task = scope.engine().schedule(timer, limit, this::pass);
    if (!scope.termination().push(this)) {
      fire();
    }
  }

  private void pass() {
    if (state.compareAndSet(State.OPEN, State.PASSED)) {
      scope.timeOut();
    }
  }

  /** The scope ends for another reason. */
  void isOver() {
    state.compareAndSet(State.OPEN, State.OVER);
  }

  /** The exception if this limit cancelled the scope, or null. */
  @Nullable OffloadTimeoutException passed() {
    return state.get() == State.PASSED
        ? OffloadTimeoutException.scopeTimedOut(scope.name(), limit)
        : null;
  }

  @Override
  protected boolean wantsEnd() {
    return true;
  }

  /** The scope has ended. */
  @Override
  protected void fire() {
    OffloadTimer.Task set = task;
    if (set != null) {
      OffloadTimer.cancel(set);
    }
  }
}
