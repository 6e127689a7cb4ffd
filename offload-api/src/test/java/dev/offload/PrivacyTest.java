package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ids may be personal data: they are shown where they were asked for, and nowhere else. */
class PrivacyTest {

  private static final long SECRET = 4711_0815L;
  private static final String ID = Long.toString(SECRET);
  private static final OffloadKind<Object, String> LOAD = OffloadKind.named("load");

  static Stream<OffloadKey<String>> keysWithTheSecret() {
    return Stream.of(LOAD.key(ID), LOAD.key(SECRET), LOAD.key(List.of(ID)), LOAD.explicit(SECRET));
  }

  static Stream<Function<String, OffloadException>> exceptionsWithLabel() {
    return Stream.of(
        KeyInFlightException::new,
        label -> new KeyStuckException(label, Duration.ofSeconds(1)),
        label -> new OffloadCancelledException(label, CancelReason.CANCELLED),
        label -> OffloadTimeoutException.ranTooLong(label, Duration.ofSeconds(1)),
        label -> OffloadTimeoutException.notStarted(label, Duration.ofSeconds(1)));
  }

  private static JobSnapshot snapshot(OffloadKey<?> key, boolean showIds) {
    return new JobSnapshot(
        7, key, key.describe(showIds), JobState.RUNNING, null, 1, Duration.ofSeconds(2), null);
  }

  private static ScopeSnapshot scope(
      JobSnapshot job, OffloadStats stats, Map<String, OffloadStats> byKind) {
    return new ScopeSnapshot("manager", Duration.ZERO, List.of(job), List.of(), stats, byKind);
  }

  private static void assertHidden(Object shown) {
    assertFalse(shown.toString().contains(ID), shown::toString);
    assertTrue(shown.toString().contains("load"), shown::toString);
  }

  private static void assertShown(Object shown) {
    assertTrue(shown.toString().contains(ID), shown::toString);
    assertTrue(shown.toString().contains("load"), shown::toString);
  }

  @ParameterizedTest
  @MethodSource("keysWithTheSecret")
  @DisplayName("privacy: a key shows its kind, and its id only when asked to")
  void keys(OffloadKey<String> key) {
    assertHidden(key);
    assertHidden(key.describe(false));
    assertShown(key.describe(true));
  }

  @Test
  @DisplayName("privacy: an auto key follows the same rule")
  void autoKey() {
    OffloadKey.Auto<String> key = LOAD.auto();

    assertEquals("Auto(load)", key.toString());
    assertEquals("Auto(load, " + key.id() + ")", key.describe(true));
  }

  @ParameterizedTest
  @MethodSource("keysWithTheSecret")
  @DisplayName("privacy: a snapshot of a job shows the id only if its label does")
  void jobSnapshots(OffloadKey<String> key) {
    assertHidden(snapshot(key, false));
    assertShown(snapshot(key, true));
  }

  @ParameterizedTest
  @MethodSource("keysWithTheSecret")
  @DisplayName("privacy: a snapshot of a scope shows ids only if the labels of its jobs do")
  void scopeSnapshots(OffloadKey<String> key) {
    OffloadStats one = new OffloadStats(0, 0, 0, 0, 0, 1);
    Map<String, OffloadStats> byKind = Map.of("load", one);

    assertHidden(scope(snapshot(key, false), one, byKind));
    assertShown(scope(snapshot(key, true), one, byKind));
  }

  @ParameterizedTest
  @MethodSource("keysWithTheSecret")
  @DisplayName("privacy: a shutdown report shows ids only if the labels of its jobs do")
  void shutdownReports(OffloadKey<String> key) {
    assertHidden(new ShutdownReport(0, 0, List.of(snapshot(key, false)), List.of()));
    assertShown(new ShutdownReport(0, 0, List.of(snapshot(key, true)), List.of()));
  }

  @ParameterizedTest
  @MethodSource("exceptionsWithLabel")
  @DisplayName("privacy: a message holds the label it was given and nothing else of the key")
  void exceptions(Function<String, OffloadException> make) {
    assertHidden(make.apply(LOAD.key(ID).describe(false)));
    assertShown(make.apply(LOAD.key(ID).describe(true)));
  }
}
