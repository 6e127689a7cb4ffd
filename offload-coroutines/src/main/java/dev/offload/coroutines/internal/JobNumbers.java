package dev.offload.coroutines.internal;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a manager's jobs, and which active job has which. A job has one from the moment in
 * which somebody asks for it: most never do, and cost nothing here.
 *
 * <p>None stays behind. Who gives a number puts the job in, and then looks whether it has ended;
 * who ends a job looks for its number after the end shows. So one of the two takes it out.
 */
final class JobNumbers {
  private final AtomicLong last = new AtomicLong();
  private final ConcurrentMap<Long, JobCell<?>> active = new ConcurrentHashMap<>();

  /** Draws the next number. */
  long next() {
    return last.incrementAndGet();
  }

  /** The job has the number from now on. */
  void given(long number, JobCell<?> job) {
    active.put(number, job);
    if (job.hasEnded()) {
      active.remove(number);
    }
  }

  /** The job with the number has ended. */
  void ended(long number) {
    active.remove(number);
  }

  /** The active job with the number; null if there is none, or nobody was told of it. */
  @Nullable JobCell<?> find(long number) {
    return active.get(number);
  }

  /** How many active jobs can be found. */
  int size() {
    return active.size();
  }
}
