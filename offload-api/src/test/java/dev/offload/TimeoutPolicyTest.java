package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TimeoutPolicyTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  static Stream<Duration> notPositive() {
    return Stream.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE));
  }

  static Stream<Duration> tooLong() {
    return Stream.of(LONGEST.plusNanos(1), Duration.ofSeconds(Long.MAX_VALUE));
  }

  @Test
  @DisplayName("T1: a policy holds the limits it was given and no other")
  void limits() {
    assertEquals(SECOND, TimeoutPolicy.warnAfter(SECOND).warnAfter());
    assertNull(TimeoutPolicy.warnAfter(SECOND).cancelAfter());
    assertEquals(SECOND, TimeoutPolicy.cancelAfter(SECOND).cancelAfter());
    assertNull(TimeoutPolicy.cancelAfter(SECOND).warnAfter());
    assertEquals(SECOND, TimeoutPolicy.startWithin(SECOND).startWithin());
    assertNull(TimeoutPolicy.startWithin(SECOND).cancelAfter());
    assertEquals(new TimeoutPolicy(null, null, null), TimeoutPolicy.none());
  }

  @Test
  @DisplayName("T1: a copy has one limit changed and the others as they were")
  void changedCopies() {
    Duration minute = Duration.ofMinutes(1);
    Duration hour = Duration.ofHours(1);
    TimeoutPolicy all =
        TimeoutPolicy.cancelAfter(hour).withWarnAfter(minute).withStartWithin(SECOND);
    assertEquals(new TimeoutPolicy(SECOND, minute, hour), all);
    assertEquals(new TimeoutPolicy(minute, minute, hour), all.withStartWithin(minute));
    assertEquals(new TimeoutPolicy(SECOND, SECOND, hour), all.withWarnAfter(SECOND));
    assertEquals(
        new TimeoutPolicy(SECOND, minute, minute.plusNanos(1)),
        all.withCancelAfter(minute.plusNanos(1)));
  }

  @ParameterizedTest
  @MethodSource("notPositive")
  @DisplayName("T1: a limit that is not longer than zero is refused")
  void notPositive(Duration limit) {
    String rule = "longer than zero";
    Refusal.names("startWithin", rule, () -> TimeoutPolicy.startWithin(limit));
    Refusal.names("warnAfter", rule, () -> TimeoutPolicy.warnAfter(limit));
    Refusal.names("cancelAfter", rule, () -> TimeoutPolicy.cancelAfter(limit));
    Refusal.names("warnAfter", rule, () -> new TimeoutPolicy(null, limit, null));
    Refusal.names("cancelAfter", rule, () -> new TimeoutPolicy(null, SECOND, limit));
  }

  @ParameterizedTest
  @MethodSource("tooLong")
  @DisplayName("T1: a limit that no timer can measure is refused when given, not when it is armed")
  void tooLong(Duration limit) {
    String rule = "long of nanoseconds";
    Refusal.names("startWithin", rule, () -> TimeoutPolicy.startWithin(limit));
    Refusal.names("warnAfter", rule, () -> TimeoutPolicy.warnAfter(limit));
    Refusal.names("cancelAfter", rule, () -> TimeoutPolicy.cancelAfter(limit));
    Refusal.names("cancelAfter", rule, () -> new TimeoutPolicy(null, SECOND, limit));
  }

  @Test
  @DisplayName("T1: the longest limit that fits is taken")
  void longest() {
    assertEquals(LONGEST, TimeoutPolicy.cancelAfter(LONGEST).cancelAfter());
  }

  @Test
  @DisplayName("T1: null is not a limit")
  void nullLimit() {
    Refusal.names("startWithin", "must not be null", () -> TimeoutPolicy.startWithin(null));
    Refusal.names("warnAfter", "must not be null", () -> TimeoutPolicy.warnAfter(null));
    Refusal.names("cancelAfter", "must not be null", () -> TimeoutPolicy.cancelAfter(null));
  }

  @Test
  @DisplayName("T1: a warning that could never come before the cancel is refused")
  void warningTooLate() {
    String rule = "must be shorter than cancelAfter";
    Refusal.names("warnAfter", rule, () -> new TimeoutPolicy(null, SECOND, SECOND));
    Refusal.names("warnAfter", rule, () -> new TimeoutPolicy(null, SECOND.plusNanos(1), SECOND));
    assertEquals(SECOND, new TimeoutPolicy(null, SECOND, SECOND.plusNanos(1)).warnAfter());
  }
}
