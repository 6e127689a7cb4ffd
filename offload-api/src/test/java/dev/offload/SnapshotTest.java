package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotTest {

  private static final JobSnapshot JOB =
      new JobSnapshot(
          OffloadKind.named("load").explicit(1),
          "Explicit(load)",
          JobState.CANCELLING,
          CancelReason.REPLACED,
          2,
          Duration.ofSeconds(3));

  private static final OffloadStats ONE = new OffloadStats(1, 2, 3, 4, 5, 1);

  @Test
  @DisplayName("snapshots: a scope's does not change with what it was made from")
  void scopeIsACopy() {
    List<JobSnapshot> jobs = new ArrayList<>(List.of(JOB));
    Map<String, OffloadStats> byKind = new HashMap<>(Map.of("load", ONE));
    ScopeSnapshot snapshot = new ScopeSnapshot("manager", jobs, ONE, byKind);

    jobs.clear();
    byKind.clear();

    assertEquals(List.of(JOB), snapshot.jobs());
    assertEquals(Map.of("load", ONE), snapshot.byKind());
  }

  @Test
  @DisplayName("snapshots: nobody can change a scope's")
  void scopeIsImmutable() {
    ScopeSnapshot snapshot =
        new ScopeSnapshot("manager", new ArrayList<>(List.of(JOB)), ONE, new HashMap<>());

    assertThrows(UnsupportedOperationException.class, () -> snapshot.jobs().add(JOB));
    assertThrows(UnsupportedOperationException.class, () -> snapshot.jobs().remove(0));
    assertThrows(UnsupportedOperationException.class, () -> snapshot.byKind().put("x", ONE));
  }

  @Test
  @DisplayName("S1: a shutdown report does not change with what it was made from, nor by others")
  void report() {
    List<JobSnapshot> undying = new ArrayList<>(List.of(JOB));
    ShutdownReport report = new ShutdownReport(1, 2, undying);

    undying.clear();

    assertEquals(List.of(JOB), report.undying());
    assertThrows(UnsupportedOperationException.class, () -> report.undying().clear());
  }

  @Test
  @DisplayName("S1: a shutdown is clean if no body was left running")
  void clean() {
    assertTrue(new ShutdownReport(1, 2, List.of()).isClean());
    assertFalse(new ShutdownReport(1, 2, List.of(JOB)).isClean());
  }

  @Test
  @DisplayName("snapshots: a job's reads as label, state, reason, age and leases")
  void jobText() {
    assertEquals("Explicit(load) CANCELLING (REPLACED), age PT3S, leases 2", JOB.toString());
  }

  @Test
  @DisplayName("snapshots: a scope's reads as name, accounts and one line per job")
  void scopeText() {
    assertEquals(
        """
        manager: active 1, submitted 16 (accepted 13, joined 1, rejected 2), \
        succeeded 3, failed 4, cancelled 5
          Explicit(load) CANCELLING (REPLACED), age PT3S, leases 2""",
        new ScopeSnapshot("manager", List.of(JOB), ONE, Map.of()).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "QUEUED, true",
    "RUNNING, true",
    "CANCELLING, true",
    "SUCCEEDED, false",
    "FAILED, false",
    "CANCELLED, false"
  })
  @DisplayName("R4: queued, running and cancelling jobs are active, ended ones are not")
  void activeStates(JobState state, boolean active) {
    assertEquals(active, state.isActive());
  }
}
