package dev.offload.coroutines.internal.job;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a manager's jobs, and which active job has which. A job has one from the moment in
 * which somebody asks for it: most never do, and cost nothing here.
 *
 * <p>A job is in here before its number shows, so that whoever sees the number finds the job. None
 * stays behind: who gives a number looks then whether the job has ended; who ends a job looks for
 * its number after the end shows. So one of the two takes it out, and one that is not out yet is
 * not found.
 */
final class JobNumbers {
  private final AtomicLong last = new AtomicLong();
  private final ConcurrentMap<Long, JobCell<?>> active = new ConcurrentHashMap<>();

  /** Draws a number by which the job is found from now on. */
  long draw(JobCell<?> job) {
    long number = last.incrementAndGet();
    active.put(number, job);
    return number;
  }

  /** The job with the number has ended, or has got another one. */
  void takeOut(long number) {
    active.remove(number);
  }

  /** The active job with the number; null if there is none, or nobody was told of it. */
  @Nullable JobCell<?> find(long number) {
    JobCell<?> job = active.get(number);
    return job == null || job.hasEnded() ? null : job;
  }

  /** How many active jobs can be found. */
  int size() {
    return active.size();
  }
}
