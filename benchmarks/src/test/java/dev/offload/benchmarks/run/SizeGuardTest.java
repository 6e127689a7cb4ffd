package dev.offload.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.benchmarks.report.Workload;
import dev.offload.benchmarks.report.Workloads;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SizeGuardTest {
  private static final List<Workload> CASE = Workloads.growth().subList(0, 3);
  private static final Workload OTHER = Workloads.growth().get(3);

  private final SizeGuard guard = new SizeGuard();

  @Test
  void whatGrowsInProportionRunsAtAllSizes() {
    for (Workload workload : CASE) {
      assertEquals(Optional.empty(), guard.objection(workload));
      guard.took(workload, 20_000);
    }
  }

  @Test
  void whatGrowsWithTheSquareIsLeftOutWhereItWouldTakeTooLong() {
    guard.took(CASE.get(0), 10_000);
    assertEquals(Optional.empty(), guard.objection(CASE.get(1)));
    guard.took(CASE.get(1), 100_000);
    assertEquals(
        Optional.of("n = 10,000 took 1.00 s, and it would take 100 s"),
        guard.objection(CASE.get(2)));
  }

  @Test
  void aSizeAboveSecondsIsNotRunWhateverTheGrowth() {
    guard.took(CASE.get(0), 4_000_000);
    assertEquals(
        Optional.of("n = 1,000 took 4.00 s, and it would take 40 s"), guard.objection(CASE.get(1)));
    assertEquals(
        Optional.of("n = 1,000 took 4.00 s, and it would take 400 s"),
        guard.objection(CASE.get(2)));
  }

  @Test
  void whatGetsCheaperFromSizeToSizeCountsAsGrowthInProportion() {
    guard.took(CASE.get(0), 50_000);
    guard.took(CASE.get(1), 10_000);
    assertEquals(Optional.empty(), guard.objection(CASE.get(2)));
  }

  @Test
  void afterASizeThatWasGivenUpThereIsNoLargerOne() {
    guard.gaveUp(CASE.get(0));
    assertEquals(Optional.of("n = 1,000 did not come to its end"), guard.objection(CASE.get(1)));
    assertEquals(Optional.of("n = 1,000 did not come to its end"), guard.objection(CASE.get(2)));
    assertEquals(Optional.empty(), guard.objection(OTHER));
  }
}
