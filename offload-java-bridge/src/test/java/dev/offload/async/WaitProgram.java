package dev.offload.async;

import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A small program of blocking bodies that start, await and cancel each other; the same one for the
 * same seed. Jobs and managers are named by their numbers.
 *
 * @param limits of each manager's kinds
 * @param clients what is done outside of all bodies, each on a thread of its own
 */
record WaitProgram(
    List<List<ConcurrencyLimit>> limits, List<JobPlan> jobs, List<List<Step>> clients) {
  static final int KINDS = 2;

  /** A job, which runs once at most, and only if a step starts it. */
  record JobPlan(
      int manager,
      boolean shared,
      int kind,
      int id,
      @Nullable ConflictPolicy conflict,
      List<Step> steps) {}

  sealed interface Step {}

  record Start(int job) implements Step {}

  /** Starts the job, if nobody did, and waits for its answer, with a time limit if briefly. */
  record Get(int job, boolean briefly) implements Step {}

  record JoinAll(int manager) implements Step {}

  /** Does the steps in a scope of its own, which owns what they submit, and closes that. */
  record InScope(int manager, @Nullable ConcurrencyLimit limit, boolean cancels, List<Step> steps)
      implements Step {}

  record Cancel(int job) implements Step {}

  /** Completes the future from outside. */
  record Complete(int job) implements Step {}

  record CancelKey(int job) implements Step {}

  record CancelAll(int manager) implements Step {}

  record Yield() implements Step {}

  static WaitProgram of(long seed) {
    return new Generator(new Random(seed)).program();
  }

  private static final class Generator {
    private final Random random;
    private final int managers;
    private final int jobs;

    Generator(Random random) {
      this.random = random;
      this.managers = 1 + random.nextInt(2);
      this.jobs = 2 + random.nextInt(5);
    }

    WaitProgram program() {
      return new WaitProgram(
          list(managers, () -> list(KINDS, this::limit)),
          list(jobs, this::job),
          list(1 + random.nextInt(3), () -> steps(1 + random.nextInt(3), 1)));
    }

    private ConcurrencyLimit limit() {
      ConcurrencyLimit limit = ConcurrencyLimit.of(1 + random.nextInt(2));
      return random.nextInt(4) == 0 ? limit.withMaxQueued(random.nextInt(3)) : limit;
    }

    private JobPlan job() {
      ConflictPolicy[] policies = ConflictPolicy.values();
      return new JobPlan(
          random.nextInt(managers),
          random.nextInt(3) == 0,
          random.nextInt(KINDS),
          random.nextInt(3),
          random.nextInt(3) == 0 ? policies[random.nextInt(policies.length)] : null,
          steps(1 + random.nextInt(3), 1));
    }

    private List<Step> steps(int size, int depth) {
      return list(size, () -> step(depth));
    }

    private Step step(int depth) {
      int job = random.nextInt(jobs);
      int manager = random.nextInt(managers);
      return switch (random.nextInt(depth > 0 ? 16 : 13)) {
        case 0, 1 -> new Start(job);
        case 2, 3, 4, 5 -> new Get(job, false);
        case 6 -> new Get(job, true);
        case 7 -> new JoinAll(manager);
        case 8 -> new Cancel(job);
        case 9 -> new Complete(job);
        case 10 -> new CancelKey(job);
        case 11 -> new CancelAll(manager);
        case 12 -> new Yield();
        default ->
            new InScope(
                manager,
                random.nextInt(3) == 0 ? limit() : null,
                random.nextInt(3) == 0,
                steps(1 + random.nextInt(2), depth - 1));
      };
    }

    private static <T> List<T> list(int size, Supplier<T> element) {
      return Stream.generate(element).limit(size).toList();
    }
  }
}
