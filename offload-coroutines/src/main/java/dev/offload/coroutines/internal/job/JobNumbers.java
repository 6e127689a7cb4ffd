package dev.offload.coroutines.internal.job;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a manager's jobs, and the active job of each. A job gets one when it is first
 * requested: most never do, and cost nothing here.
 *
 * <p>A job is entered before its number is visible, so that a caller that sees the number finds the
 * job. No entry is left behind: the thread that assigns a number then checks whether the job has
 * ended; the thread that ends a job checks for its number after the end is visible. So one of the
 * two removes the entry, and until then {@code find} ignores it.
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

  /** Called when the job with the number has ended, or got another number. */
  void takeOut(long number) {
    active.remove(number);
  }

  /** The active job with the number; null if there is none, or the number was never handed out. */
  @Nullable JobCell<?> find(long number) {
    JobCell<?> job = active.get(number);
    return job == null || job.hasEnded() ? null : job;
  }

  /** The number of active jobs that can be found. */
  int size() {
    return active.size();
  }
}
