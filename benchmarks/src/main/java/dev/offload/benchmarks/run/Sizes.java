package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Workload;
import dev.offload.benchmarks.report.Workloads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/**
 * Runs all work whose growth is of interest, each with the least number of elements first. What
 * would take too long is left out, and a fork that takes too long is ended.
 */
final class Sizes {
  /** How much processor time a fork may take, warm-up and all: other work does not add to it. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** After this, the forks of one size are taken for stuck, whatever the processors were doing. */
  private static final Duration STUCK = Duration.ofMinutes(4);

  /** From this size on one invocation warms up, and takes longer than an iteration has to. */
  private static final int LARGE = 100_000;

  private static final String OURS = "." + Workload.OURS;

  private final SizeGuard guard = new SizeGuard();
  private final List<RunResult> results = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  /** Writes the results, and answers what was left out, and why. */
  List<String> run(Path file) throws IOException, RunnerException {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "patience");
              thread.setDaemon(true);
              return thread;
            });
    try {
      for (Workload workload : Workloads.growth()) {
        Optional<String> objection = guard.objection(workload);
        if (objection.isPresent()) {
          leaveOut(workload, objection.get());
        } else {
          run(workload, timer);
        }
      }
    } finally {
      timer.shutdownNow();
    }
    Forks.write(results, file);
    return leftOut;
  }

  private void run(Workload workload, ScheduledExecutorService timer) throws RunnerException {
    System.out.printf("%s %s%n", workload.row(), workload.label());
    ChainedOptionsBuilder options =
        Forks.of(workload, Mode.GROWTH)
            .operationsPerInvocation(workload.size())
            .shouldFailOnError(false);
    if (workload.size() >= LARGE) {
      options.warmupIterations(1).measurementIterations(2);
    }
    Runner runner = new Runner(options.build());
    long start = System.nanoTime();
    ScheduledFuture<?> giveUp =
        timer.scheduleWithFixedDelay(() -> endSlowForks(start), 1, 1, TimeUnit.SECONDS);
    Collection<RunResult> both;
    try {
      both = runner.run();
    } finally {
      giveUp.cancel(false);
    }
    results.addAll(both);
    OptionalDouble ours =
        both.stream()
            .filter(result -> result.getParams().getBenchmark().endsWith(OURS))
            .mapToDouble(Sizes::cpu)
            .findFirst();
    if (ours.isPresent()) {
      guard.took(workload, ours.getAsDouble());
    } else {
      guard.gaveUp(workload);
      leaveOut(workload, "failed, or took more than " + PATIENCE.toSeconds() + " s in all");
    }
  }

  private static double cpu(RunResult result) {
    return Objects.requireNonNull(result.getSecondaryResults().get(CpuTime.NAME)).getScore();
  }

  private void leaveOut(Workload workload, String why) {
    String words =
        String.format(
            Locale.ROOT,
            "%s %s, n = %,d: %s",
            workload.row(),
            workload.what(),
            workload.size(),
            why);
    leftOut.add(words);
    System.out.println("left out: " + words);
  }

  /** Forks are the only processes that this one has started. */
  private static void endSlowForks(long start) {
    boolean stuck = System.nanoTime() - start > STUCK.toNanos();
    ProcessHandle.current()
        .descendants()
        .filter(fork -> stuck || cpu(fork).compareTo(PATIENCE) > 0)
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static Duration cpu(ProcessHandle fork) {
    return fork.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
