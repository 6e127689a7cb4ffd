package dev.offload.contract.face;

import dev.offload.ShutdownReport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A manager as its users see it. */
public interface Face extends FaceScope {

  /** Takes no more work, cancels what is there and waits for its end. */
  void closeCancelling();

  /** A job of whatever scope. */
  boolean cancelJob(long number);

  ShutdownReport shutdown(Duration grace, Duration kill);

  /** What a handle answers that its holder gave up. */
  boolean isGivenUp(@Nullable Throwable answer);
}
