package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.limits.Lane;
import dev.offload.coroutines.internal.limits.Ticket;

/** The ticket of a job: all that the limits know about it. */
final class JobTicket extends Ticket {
  final JobCell<?> job;

  JobTicket(JobCell<?> job, Lane lane) {
    super(lane);
    this.job = job;
  }

  @Override
  protected boolean isBlocked() {
    WaitNode node = job.node;
    return node != null && node.isBlocked();
  }
}
