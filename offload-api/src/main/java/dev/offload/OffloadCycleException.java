package dev.offload;

import java.util.List;

/**
 * A body would have waited for itself: what it began to wait for waits, directly or through other
 * jobs, for the job of this body. None of the jobs in such a cycle could ever have continued.
 *
 * <p>Thrown by the wait that closes the cycle, in the body that began it; the other jobs keep
 * waiting until that body ends or otherwise releases them. Detected are waits in a body or its
 * child coroutines: {@code await}, {@code join}, {@code call}, {@code joinAll}, the end of a scope,
 * a blocking {@code get} or {@code join} of a future of this library; and a successor's wait for
 * its predecessor. Not detected are locks, channels, {@code select}, wait maps, derived futures,
 * waits for room in a full queue, and code that left the context of its job.
 *
 * @since 0.1
 */
public final class OffloadCycleException extends OffloadException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> kinds;

  /**
   * Created by the library.
   *
   * @param kinds the kinds of the jobs in the cycle, from the waiting one around to itself
   */
  public OffloadCycleException(List<String> kinds) {
    super(
        "a job would wait for itself: "
            + String.join(" -> ", kinds)
            + "; let the outer job do the inner one's work itself, or give it another key",
        null);
    this.kinds = List.copyOf(kinds);
  }

  /**
   * Returns the kinds of the jobs in the cycle, each waiting for the next.
   *
   * @return the names; the first and the last are the kind of the job whose body got this exception
   */
  public List<String> kinds() {
    return kinds;
  }
}
