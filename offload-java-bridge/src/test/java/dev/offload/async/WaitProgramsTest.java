package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.contract.fixture.WaitProgram;
import dev.offload.contract.fixture.WaitProgramRun;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * E5, T3: random programs of blocking bodies under limits: nothing hangs, nobody is told of a
 * circle that is none, and permits come back. More rounds, or others: CONTRIBUTING.md says how.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class WaitProgramsTest {
  /** Held, or the level would be lost with it. */
  private static final Logger LOG = Logger.getLogger("dev.offload");

  @BeforeAll
  static void failuresArePartOfThePrograms() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void logAgain() {
    LOG.setLevel(null);
  }

  @Test
  @DisplayName("E5, T3: random programs of blocking bodies all end")
  void allEnd() {
    long first = Long.getLong("programs.seed", 0);
    long rounds = Integer.getInteger("programs.rounds", 10_000) / 50;
    for (long seed = first; seed < first + rounds; seed++) {
      WaitProgram program = WaitProgram.of(seed);
      List<String> wrong = new WaitProgramRun(program).run();
      assertEquals(List.of(), wrong, "seed " + seed + ": " + program);
    }
  }
}
