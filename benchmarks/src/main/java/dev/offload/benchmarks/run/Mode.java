package dev.offload.benchmarks.run;

import java.time.Duration;
import java.util.Locale;

/** How thorough a run is. */
enum Mode {
  QUICK(2, 8, Duration.ofMillis(100), 8, Duration.ofMillis(100), 200_000, 2),
  FULL(5, 10, Duration.ofMillis(500), 20, Duration.ofMillis(250), 1_000_000, 3),
  GROWTH(1, 5, Duration.ofMillis(100), 3, Duration.ofMillis(100), 0, 0);

  final int rounds;
  final int warmups;
  final Duration warmup;
  final int iterations;
  final Duration iteration;

  /** How many things are weighed at a time, and how often. */
  final int kept;

  final int weighings;

  Mode(
      int rounds,
      int warmups,
      Duration warmup,
      int iterations,
      Duration iteration,
      int kept,
      int weighings) {
    this.rounds = rounds;
    this.warmups = warmups;
    this.warmup = warmup;
    this.iterations = iterations;
    this.iteration = iteration;
    this.kept = kept;
    this.weighings = weighings;
  }

  /** In words, for the report. */
  String settings() {
    String settings =
        "%s: %s, a fork each; warm-up %d x %d ms, then %d x %d ms"
            .formatted(
                name().toLowerCase(Locale.ROOT),
                rounds == 1 ? "1 round" : rounds + " rounds",
                warmups,
                warmup.toMillis(),
                iterations,
                iteration.toMillis());
    return kept == 0
        ? settings + "; of the largest size 1, then 2"
        : settings
            + "; P15 and P18 with three times the warm-up; %,d things weighed".formatted(kept);
  }
}
