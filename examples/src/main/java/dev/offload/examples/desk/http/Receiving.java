package dev.offload.examples.desk.http;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.OffloadKind;
import dev.offload.TimeoutPolicy;
import dev.offload.examples.desk.files.FileId;
import java.time.Duration;

/** The work of receiving one upload, which its request owns. */
public final class Receiving {
  /** Its kind. */
  public static final OffloadKind<FileId> KIND = OffloadKind.named("file.receive");

  private Receiving() {}

  /**
   * Limits it: clients decide how fast a body comes, and so must not have all threads of a pool, or
   * all of the disk, to themselves.
   *
   * @param atOnce how many uploads are received at a time
   * @param waiting how many wait for their turn; more are refused
   * @param time how long one may take
   * @return the policy
   */
  public static KindPolicy policy(int atOnce, int waiting, Duration time) {
    return KindPolicy.unset()
        .withConcurrency(new ConcurrencyLimit(atOnce, waiting))
        .withTimeout(TimeoutPolicy.cancelAfter(time));
  }
}
