package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.JobState;
import org.jspecify.annotations.Nullable;

/**
 * How {@link JobCell} packs state, cancel reason and number of leases into one {@code long}: bits 0
 * to 2 the state, bits 3 to 5 the reason, the rest the number of leases ever taken.
 */
final class JobWord {
  static final int WAITING = 0;
  static final int QUEUED = 1;
  static final int RUNNING = 2;
  static final int CANCELLING = 3;
  static final int SUCCEEDED = 4;
  static final int FAILED = 5;
  static final int CANCELLED = 6;

  static final long ONE_LEASE = 1L << 6;

  private static final int STATE_MASK = 7;
  private static final int REASON_SHIFT = 3;
  private static final int REASON_MASK = 7;

  /** In addition to the public reasons: TIMED_OUT before the body began. */
  private static final int NOT_STARTED = 6;

  private JobWord() {}

  static int stateOf(long word) {
    return (int) word & STATE_MASK;
  }

  static boolean isDecided(long word) {
    return stateOf(word) >= CANCELLING;
  }

  static boolean hasEnded(long word) {
    return stateOf(word) >= SUCCEEDED;
  }

  static long takenOf(long word) {
    return word / ONE_LEASE;
  }

  /**
   * The word after an undecided job is cancelled: a running body has to end first, any other never
   * starts.
   */
  static long cancelled(long word, CancelReason reason) {
    int to = stateOf(word) == RUNNING ? CANCELLING : CANCELLED;
    return word - stateOf(word) + to + ((long) encode(reason) << REASON_SHIFT);
  }

  /** The word after a job is cancelled because it took too long to begin. */
  static long notStarted(long word) {
    return word - stateOf(word) + CANCELLED + ((long) NOT_STARTED << REASON_SHIFT);
  }

  /** Whether the job was ended by {@link #notStarted}. */
  static boolean wasNotStarted(long word) {
    return ((int) (word >> REASON_SHIFT) & REASON_MASK) == NOT_STARTED;
  }

  static @Nullable CancelReason reasonOf(long word) {
    return switch ((int) (word >> REASON_SHIFT) & REASON_MASK) {
      case 1 -> CancelReason.CANCELLED;
      case 2 -> CancelReason.ABANDONED;
      case 3 -> CancelReason.REPLACED;
      case 4, NOT_STARTED -> CancelReason.TIMED_OUT;
      case 5 -> CancelReason.SCOPE_CLOSED;
      default -> null;
    };
  }

  private static int encode(CancelReason reason) {
    return switch (reason) {
      case CANCELLED -> 1;
      case ABANDONED -> 2;
      case REPLACED -> 3;
      case TIMED_OUT -> 4;
      case SCOPE_CLOSED -> 5;
    };
  }

  static JobState publicState(long word) {
    return switch (stateOf(word)) {
      case WAITING, QUEUED -> JobState.QUEUED;
      case RUNNING -> JobState.RUNNING;
      case CANCELLING -> JobState.CANCELLING;
      case SUCCEEDED -> JobState.SUCCEEDED;
      case FAILED -> JobState.FAILED;
      default -> JobState.CANCELLED;
    };
  }
}
