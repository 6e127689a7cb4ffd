package dev.offload;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OffloadConfigTest {

  private static final OffloadKind<Object, String> LOAD = OffloadKind.named("load");
  private static final TimeoutPolicy SECOND = TimeoutPolicy.cancelAfter(Duration.ofSeconds(1));
  private static final TimeoutPolicy MINUTE = TimeoutPolicy.cancelAfter(Duration.ofMinutes(1));
  private static final KindPolicy OWN = KindPolicy.unset().withTimeout(SECOND);

  private static OffloadConfig full() {
    return OffloadConfig.builder()
        .conflict(ConflictPolicy.REJECT)
        .timeout(MINUTE)
        .abandon(AbandonPolicy.finish())
        .kind(LOAD, OWN)
        .undyingReportAfter(Duration.ofMillis(1))
        .successorWait(Duration.ofMillis(2))
        .shutdownKill(Duration.ofMillis(3))
        .showIds(true)
        .build();
  }

  private static void assertSameSettings(OffloadConfig expected, OffloadConfig actual) {
    assertAll(
        () -> assertEquals(expected.defaultPolicy(), actual.defaultPolicy()),
        () -> assertEquals(expected.policyOf("load"), actual.policyOf("load")),
        () -> assertEquals(expected.policyOf("other"), actual.policyOf("other")),
        () -> assertEquals(expected.undyingReportAfter(), actual.undyingReportAfter()),
        () -> assertEquals(expected.successorWait(), actual.successorWait()),
        () -> assertEquals(expected.shutdownKill(), actual.shutdownKill()),
        () -> assertEquals(expected.showIds(), actual.showIds()));
  }

  @Test
  @DisplayName("defaults: nothing is set, a report after 10 s, 60 s and 5 s to wait, ids off")
  void defaults() {
    OffloadConfig config = OffloadConfig.defaults();

    assertEquals(KindPolicy.unset(), config.defaultPolicy());
    assertEquals(Duration.ofSeconds(10), config.undyingReportAfter());
    assertEquals(Duration.ofSeconds(60), config.successorWait());
    assertEquals(Duration.ofSeconds(5), config.shutdownKill());
    assertFalse(config.showIds());
    assertSameSettings(config, OffloadConfig.builder().build());
  }

  @Test
  @DisplayName("T1: what a kind sets comes before the default, what it does not set follows it")
  void precedence() {
    OffloadConfig config =
        OffloadConfig.builder()
            .conflict(ConflictPolicy.REPLACE)
            .timeout(MINUTE)
            .kind(LOAD, OWN)
            .build();

    assertEquals(
        new KindPolicy(ConflictPolicy.REPLACE, SECOND, null, null), config.policyOf(LOAD.name()));
    assertEquals(
        new KindPolicy(ConflictPolicy.REPLACE, MINUTE, null, null), config.policyOf("other"));
  }

  @Test
  @DisplayName("T1: each of the three policies of a kind comes before its own default")
  void precedenceOfEachPolicy() {
    KindPolicy all = new KindPolicy(ConflictPolicy.ALLOW, SECOND, AbandonPolicy.cancel(), null);
    OffloadConfig config = full().toBuilder().kind(LOAD, all).build();

    assertEquals(all, config.policyOf("load"));
  }

  @Test
  @DisplayName("settings: a kind can be named by its constant or by its name; the last word counts")
  void kindByName() {
    OffloadConfig config =
        OffloadConfig.builder().kind(LOAD, OWN).kind("load", KindPolicy.unset()).build();

    assertEquals(KindPolicy.unset(), config.policyOf("load"));
  }

  @Test
  @DisplayName("settings: what was built does not change when its builder does")
  void builtIsImmutable() {
    OffloadConfig.Builder builder = full().toBuilder();
    OffloadConfig built = builder.build();

    OffloadConfig changed =
        builder
            .conflict(ConflictPolicy.ALLOW)
            .timeout(SECOND)
            .abandon(AbandonPolicy.cancel())
            .kind(LOAD, KindPolicy.unset())
            .kind("other", OWN)
            .undyingReportAfter(Duration.ofDays(1))
            .successorWait(Duration.ofDays(1))
            .shutdownKill(Duration.ofDays(1))
            .showIds(false)
            .build();

    assertSameSettings(full(), built);
    assertEquals(ConflictPolicy.ALLOW, changed.policyOf("load").conflict());
  }

  @Test
  @DisplayName("settings: toBuilder loses nothing and leaves what it came from alone")
  void roundTrip() {
    OffloadConfig config = full();

    assertSameSettings(full(), config.toBuilder().build());
    OffloadConfig changed = config.toBuilder().showIds(false).kind("other", OWN).build();
    assertFalse(changed.showIds());
    assertTrue(config.showIds());
    assertEquals(MINUTE, config.policyOf("other").timeout());
  }

  @Test
  @DisplayName("settings: a policy of a kind is copied, not changed")
  void policiesAreImmutable() {
    KindPolicy start = KindPolicy.unset();

    KindPolicy changed =
        start
            .withConflict(ConflictPolicy.ALLOW)
            .withTimeout(SECOND)
            .withAbandon(AbandonPolicy.finish());

    assertEquals(
        new KindPolicy(ConflictPolicy.ALLOW, SECOND, AbandonPolicy.finish(), null), changed);
    assertEquals(new KindPolicy(null, null, null, null), start);
  }

  @Test
  @DisplayName("settings: null is refused, and the message names what was null")
  void nulls() {
    String rule = "must not be null";
    OffloadConfig.Builder builder = OffloadConfig.builder();
    assertAll(
        () -> Refusal.names("conflict", rule, () -> builder.conflict(null)),
        () -> Refusal.names("timeout", rule, () -> builder.timeout(null)),
        () -> Refusal.names("abandon", rule, () -> builder.abandon(null)),
        () -> Refusal.names("policy", rule, () -> builder.kind("load", null)),
        () -> Refusal.names("policy", rule, () -> builder.kind(LOAD, null)),
        () -> Refusal.names("kind", rule, () -> builder.kind((OffloadKind<?, ?>) null, OWN)),
        () -> Refusal.names("name", rule, () -> builder.kind((String) null, OWN)),
        () -> Refusal.names("undyingReportAfter", rule, () -> builder.undyingReportAfter(null)),
        () -> Refusal.names("successorWait", rule, () -> builder.successorWait(null)),
        () -> Refusal.names("shutdownKill", rule, () -> builder.shutdownKill(null)),
        () -> Refusal.names("conflict", rule, () -> KindPolicy.unset().withConflict(null)),
        () -> Refusal.names("timeout", rule, () -> KindPolicy.unset().withTimeout(null)),
        () -> Refusal.names("abandon", rule, () -> KindPolicy.unset().withAbandon(null)));
  }

  @Test
  @DisplayName("settings: nothing applies to a kind whose name is null")
  void policyOfNull() {
    Refusal.names("kindName", "must not be null", () -> OffloadConfig.defaults().policyOf(null));
  }

  @Test
  @DisplayName("settings: times must be longer than zero and short enough for a timer")
  void times() {
    OffloadConfig.Builder builder = OffloadConfig.builder();
    Duration zero = Duration.ZERO;
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    String positive = "longer than zero";
    String fits = "long of nanoseconds";
    assertAll(
        () -> Refusal.names("undyingReportAfter", positive, () -> builder.undyingReportAfter(zero)),
        () -> Refusal.names("undyingReportAfter", fits, () -> builder.undyingReportAfter(endless)),
        () -> Refusal.names("successorWait", positive, () -> builder.successorWait(zero)),
        () -> Refusal.names("successorWait", fits, () -> builder.successorWait(endless)),
        () -> Refusal.names("shutdownKill", positive, () -> builder.shutdownKill(zero)),
        () -> Refusal.names("shutdownKill", fits, () -> builder.shutdownKill(endless)));
  }

  @Test
  @DisplayName("settings: a refused setting leaves the builder as it was")
  void refusedSettingChangesNothing() {
    OffloadConfig.Builder builder = full().toBuilder();

    Refusal.names("name", "A-Z a-z", () -> builder.kind("bad name", OWN));
    Refusal.names("successorWait", "zero", () -> builder.successorWait(Duration.ZERO));

    assertSameSettings(full(), builder.build());
  }
}
