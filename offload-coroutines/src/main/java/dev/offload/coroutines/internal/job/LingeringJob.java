package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.OffloadKey;
import dev.offload.TimeoutPolicy;
import dev.offload.coroutines.internal.kinds.ScopeKind;
import dev.offload.coroutines.internal.time.OffloadTimer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A shared job that continues for a while after its last lease was dropped, for a caller that comes
 * back.
 *
 * <p>When the last lease is dropped, a timer is set that records the number of leases taken by
 * then. It cancels the job if that number is still the same: a lease taken since is held, or has
 * set a later timer when it was dropped. The number and the cancel are in one word, so a lease and
 * the cancel cannot race. Of several timers the one with the highest number counts, whichever is
 * set first; the others are cancelled, so that at most one is kept.
 */
final class LingeringJob<T extends @Nullable Object> extends JobCell<T> {
  private static final VarHandle PAUSE;

  static {
    try {
      PAUSE = MethodHandles.lookup().findVarHandle(LingeringJob.class, "pause", Pause.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private record Pause(long taken, OffloadTimer.Task end) {}

  private final Duration time;

  @SuppressWarnings("FieldMayBeFinal") // written through PAUSE
  private volatile @Nullable Pause pause;

  LingeringJob(
      OffloadKey<T> key,
      ScopeCore scope,
      ScopeKind kind,
      JobBody<T> body,
      TimeoutPolicy timeout,
      boolean observed,
      Duration time) {
    super(key, scope, kind, body, timeout, CancelReason.ABANDONED, observed);
    this.time = time;
  }

  @Override
  boolean lingers(long taken) {
    OffloadTimer.Task end = trySchedule(time, () -> abandon(taken));
    if (end == null) {
      return false; // nothing would cancel it later
    }
    Pause own = new Pause(taken, end);
    for (; ; ) {
      Pause other = pause;
      if (other != null && other.taken > taken) {
        OffloadTimer.cancel(own.end);
        return true;
      }
      if (PAUSE.compareAndSet(this, other, own)) {
        if (other != null) {
          OffloadTimer.cancel(other.end);
        }
        break;
      }
    }
    if (hasEnded()) { // the end may have looked for a timer before this one was set
      OffloadTimer.cancel(own.end);
    }
    return true;
  }

  @Override
  void disarm() {
    super.disarm();
    Pause last = pause;
    if (last != null) {
      OffloadTimer.cancel(last.end);
    }
  }
}
