package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.ShutdownReport;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** S1: what only the Java face has of the end of a manager in limited time. */
class ShutdownTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");
  private static final Duration LONG = Bounded.BOUND;
  private static final Duration SHORT = Duration.ofMillis(5);

  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder()
          .config(OffloadConfig.builder().shutdownKill(SHORT).build())
          .build();
  private final Body<Integer> held = Body.held(() -> 1);
  private final Body<Integer> stubborn = Body.stubborn(() -> 1);

  @AfterEach
  void close() {
    held.release();
    stubborn.release();
    Bounded.run("close", manager::close);
  }

  @Test
  @DisplayName("S1: an interrupt ends the grace, and stays")
  void interrupted() {
    OffloadFuture<Integer> future = manager.submit(KEY, held::runBlocking);
    held.awaitStarted();
    Thread.currentThread().interrupt();
    ShutdownReport report = manager.shutdown(LONG, LONG);

    assertTrue(Thread.interrupted());
    assertTrue(future.isCompletedExceptionally());
    assertEquals(0, report.finished());
  }

  @Test
  @DisplayName("S1: the kill time is that of the settings, if none is given")
  void killTimeOfTheSettings() {
    var unused = manager.submit(KEY, stubborn::runBlocking);
    stubborn.awaitStarted();
    ShutdownReport report = manager.shutdown(Duration.ZERO);

    assertEquals(1, report.undying().size());
  }

  @Test
  @DisplayName("arguments: times that are null or negative are refused")
  void arguments() {
    Duration negative = Duration.ofMillis(-1);
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(null));
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(negative));
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(SHORT, null));
    assertThrows(IllegalArgumentException.class, () -> manager.shutdown(SHORT, negative));
    assertEquals(5, manager.submit(KEY, () -> 5).join(), "nothing was shut down");
  }
}
