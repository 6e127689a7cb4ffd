package dev.offload.coroutines.internal.job;

import dev.offload.OffloadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one recorder in the {@link Registry} of its scope, separate from all others, so that
 * they can be listed without visiting those. A {@link TaskId} identifies the keys that belong here.
 */
public final class Section {
  private final Registry registry;

  /** Written only by the registry. */
  final ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest;

  Section(Registry registry, ConcurrentHashMap<OffloadKey<?>, JobCell<?>> newest) {
    this.registry = registry;
    this.newest = newest;
  }

  boolean isOf(Registry other) {
    return registry == other;
  }

  /**
   * The jobs in flight: all that are so throughout the call, and perhaps others that came or went.
   */
  public List<JobCell<?>> jobs() {
    List<JobCell<?>> jobs = new ArrayList<>();
    newest.values().forEach(head -> addAll(jobs, head));
    return jobs;
  }

  /** The jobs under one key. */
  public List<JobCell<?>> jobs(OffloadKey<?> key) {
    List<JobCell<?>> jobs = new ArrayList<>(1);
    addAll(jobs, newest.get(key));
    return jobs;
  }

  /** Adds a job, and the older ones under its key that may not have ended. */
  public static void addAll(List<JobCell<?>> jobs, @Nullable JobCell<?> from) {
    for (JobCell<?> job = from; job != null; job = job.older) {
      jobs.add(job);
    }
  }

  /**
   * The ids of the tasks whose jobs are in flight, without duplicates: all that are so throughout
   * the call, and perhaps others that came or went.
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
