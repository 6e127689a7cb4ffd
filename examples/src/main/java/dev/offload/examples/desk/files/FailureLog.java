package dev.offload.examples.desk.files;

import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.async.AsyncTaskRecorder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator why files were not stored. Clients ask for it, but a disk is not theirs. */
final class FailureLog implements Consumer<TaskEvent<FileId>> {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);

  private final AsyncTaskRecorder<FileId> tasks;

  FailureLog(AsyncTaskRecorder<FileId> tasks) {
    this.tasks = tasks;
  }

  @Override
  public void accept(TaskEvent<FileId> event) {
    if (event instanceof TaskEvent.Moved<FileId> moved && moved.to() == TaskState.FAILED) {
      tasks
          .failure(moved.id())
          .ifPresent(cause -> LOG.warn("a file was not stored: {}", Causes.describe(cause)));
    }
    if (event instanceof TaskEvent.Missed<FileId> missed) {
      LOG.warn("events that came too fast to look for failures: {}", missed.count());
    }
  }
}
