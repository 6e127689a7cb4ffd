package dev.offload.coroutines.internal.job;

import dev.offload.OffloadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one recorder in the {@link Registry} of its scope, apart from all others, so that
 * they can be listed without a look at those. A {@link TaskId} tells which keys belong here.
 */
public final class Section {
  private final Registry registry;

  /** Written by the registry alone. */
  final ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest;

  Section(Registry registry, ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest) {
    this.registry = registry;
    this.newest = newest;
  }

  boolean isOf(Registry other) {
    return registry == other;
  }

  /** The jobs in flight; each that was so all the time, and perhaps others that came or went. */
  public List<JobCell<?>> jobs() {
    List<JobCell<?>> jobs = new ArrayList<>();
    newest.values().forEach(head -> addAll(jobs, head));
    return jobs;
  }

  /** Those under one key. */
  public List<JobCell<?>> jobs(OffloadKey<?> key) {
    List<JobCell<?>> jobs = new ArrayList<>(1);
    addAll(jobs, newest.get(key));
    return jobs;
  }

  /** Adds a job, and those under its key that came before it and may not have ended. */
  public static void addAll(List<JobCell<?>> jobs, @Nullable JobCell<?> from) {
    for (JobCell<?> job = from; job != null; job = job.older) {
      jobs.add(job);
    }
  }

  /**
   * The ids of the tasks whose jobs are in flight, each once; each that was so all the time, and
   * perhaps others that came or went.
   */
  public List<Object> ids() {
    List<Object> ids = new ArrayList<>();
    for (OffloadKey<?> key : newest.keySet()) {
      if (key instanceof OffloadKey.Keyed<?> keyed && keyed.id() instanceof TaskId task) {
        ids.add(task.id());
      }
    }
    return ids;
  }
}
