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
          7,
          OffloadKind.named("load").explicit(1),
          "Explicit(load)",
          JobState.CANCELLING,
          CancelReason.REPLACED,
          2,
          Duration.ofSeconds(3),
          null);

  private static final OffloadStats ONE = new OffloadStats(1, 2, 3, 4, 5, 1);

  private static ScopeSnapshot scope(
      List<JobSnapshot> jobs, List<ScopeSnapshot> children, Map<String, OffloadStats> byKind) {
    return new ScopeSnapshot("manager", Duration.ofMinutes(1), jobs, children, ONE, byKind);
  }

  @Test
  @DisplayName("snapshots: what a queued job waits for is shown")
  void waitsFor() {
    JobSnapshot queued =
        new JobSnapshot(
            7,
            OffloadKind.named("load").explicit(1),
            "Explicit(load)",
            JobState.QUEUED,
            null,
            1,
            Duration.ZERO,
            "a permit of kind load");

    assertEquals(
        "Explicit(load) #7 QUEUED, waits for a permit of kind load, age PT0S, leases 1",
        queued.toString());
  }

  @Test
  @DisplayName("snapshots: a scope's does not change with what it was made from")
  void scopeIsACopy() {
    List<JobSnapshot> jobs = new ArrayList<>(List.of(JOB));
    Map<String, OffloadStats> byKind = new HashMap<>(Map.of("load", ONE));
    ScopeSnapshot snapshot = scope(jobs, new ArrayList<>(), byKind);

    jobs.clear();
    byKind.clear();

    assertEquals(List.of(JOB), snapshot.jobs());
    assertEquals(Map.of("load", ONE), snapshot.byKind());
  }

  @Test
  @DisplayName("snapshots: nobody can change a scope's")
  void scopeIsImmutable() {
    ScopeSnapshot snapshot =
        scope(new ArrayList<>(List.of(JOB)), new ArrayList<>(), new HashMap<>());

    assertThrows(UnsupportedOperationException.class, () -> snapshot.jobs().add(JOB));
    assertThrows(UnsupportedOperationException.class, () -> snapshot.jobs().remove(0));
    assertThrows(UnsupportedOperationException.class, () -> snapshot.byKind().put("x", ONE));
  }

  @Test
  @DisplayName("S1: a shutdown report does not change with what it was made from, nor by others")
  void report() {
    List<JobSnapshot> undying = new ArrayList<>(List.of(JOB));
    ShutdownReport report = new ShutdownReport(1, 2, undying, List.of());

    undying.clear();

    assertEquals(List.of(JOB), report.undying());
    assertThrows(UnsupportedOperationException.class, () -> report.undying().clear());
  }

  @Test
  @DisplayName("S1: a shutdown is clean if no body was left running and no scope open")
  void clean() {
    assertTrue(new ShutdownReport(1, 2, List.of(), List.of()).isClean());
    assertFalse(new ShutdownReport(1, 2, List.of(JOB), List.of()).isClean());
    ScopeSnapshot open = scope(List.of(), List.of(), Map.of());
    assertFalse(new ShutdownReport(1, 2, List.of(), List.of(open)).isClean());
  }

  @Test
  @DisplayName("snapshots: a job's reads as label, number, state, reason, age and leases")
  void jobText() {
    assertEquals("Explicit(load) #7 CANCELLING (REPLACED), age PT3S, leases 2", JOB.toString());
  }

  @Test
  @DisplayName(
      "snapshots: a scope's reads as name, age, accounts, one line per job, and the scopes under it")
  void scopeText() {
    ScopeSnapshot child =
        new ScopeSnapshot(
            "GET", Duration.ofSeconds(1), List.of(JOB), List.of(), OffloadStats.ZERO, Map.of());
    assertEquals(
        """
        manager: age PT1M, active 1, submitted 16 (accepted 13, joined 1, rejected 2), \
        succeeded 3, failed 4, cancelled 5
          Explicit(load) #7 CANCELLING (REPLACED), age PT3S, leases 2
          GET: age PT1S, active 0, submitted 0 (accepted 0, joined 0, rejected 0), \
        succeeded 0, failed 0, cancelled 0
            Explicit(load) #7 CANCELLING (REPLACED), age PT3S, leases 2""",
        scope(List.of(JOB), List.of(child), Map.of()).toString());
  }

  private static ScopeSnapshot chain(int depth, List<JobSnapshot> innermost) {
    ScopeSnapshot scope = scope(innermost, List.of(), Map.of());
    for (int i = 0; i < depth; i++) {
      scope = scope(List.of(), List.of(scope), Map.of());
    }
    return scope;
  }

  @Test
  @DisplayName(
      "R10: a deep tree has a text, a hash and an equal, on a thread with hardly any stack")
  void deepTree() throws InterruptedException {
    int depth = 100_000;
    ScopeSnapshot one = chain(depth, List.of(JOB));
    List<Object> seen = new ArrayList<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              seen.add(one.equals(chain(depth, List.of(JOB))));
              seen.add(one.equals(chain(depth, List.of())));
              seen.add(one.equals(chain(depth - 1, List.of(JOB))));
              seen.add(one.hashCode() == chain(depth, List.of(JOB)).hashCode());
              seen.add(one.toString());
            },
            "small stack",
            256 * 1024);
    thread.start();
    thread.join();

    assertEquals(List.of(true, false, false, true), seen.subList(0, 4));
    List<String> lines = seen.get(4).toString().lines().toList();
    assertEquals(depth + 2, lines.size());
    assertTrue(lines.get(63).startsWith("  ".repeat(63) + "manager: age"));
    assertTrue(lines.get(64).startsWith("  ".repeat(64) + "[64] manager: age"));
    assertTrue(lines.get(depth).startsWith("  ".repeat(64) + "[100000] manager: age"));
    assertEquals("  ".repeat(65) + JOB, lines.get(depth + 1));
  }

  @Test
  @DisplayName("snapshots: two of scopes are equal if all parts are, in the same places")
  void scopeEquality() {
    ScopeSnapshot base = scope(List.of(JOB), List.of(), Map.of("load", ONE));
    ScopeSnapshot leaf = scope(List.of(), List.of(), Map.of());
    List<ScopeSnapshot> others =
        List.of(
            leaf,
            scope(List.of(JOB), List.of(), Map.of()),
            scope(List.of(JOB), List.of(leaf), Map.of("load", ONE)),
            scope(List.of(JOB), List.of(base, leaf), Map.of()),
            scope(List.of(JOB), List.of(leaf, base), Map.of()),
            new ScopeSnapshot(
                "other", base.age(), base.jobs(), List.of(), base.total(), base.byKind()),
            new ScopeSnapshot(
                "manager", Duration.ZERO, base.jobs(), List.of(), base.total(), base.byKind()),
            new ScopeSnapshot(
                "manager", base.age(), base.jobs(), List.of(), OffloadStats.ZERO, base.byKind()));

    assertEquals(base, scope(List.of(JOB), List.of(), Map.of("load", ONE)));
    assertEquals(base.hashCode(), scope(List.of(JOB), List.of(), Map.of("load", ONE)).hashCode());
    for (int i = 0; i < others.size(); i++) {
      assertFalse(base.equals(others.get(i)));
      for (int j = 0; j < others.size(); j++) {
        assertEquals(i == j, others.get(i).equals(others.get(j)));
      }
    }
    assertFalse(base.equals(null));
    assertFalse(base.equals((Object) "manager"));
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
