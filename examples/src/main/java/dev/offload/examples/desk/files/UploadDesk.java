package dev.offload.examples.desk.files;

import dev.offload.LaunchOutcome;
import dev.offload.OffloadKind;
import dev.offload.RevokeOutcome;
import dev.offload.TaskState;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.OffloadFuture;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores each file once, however often and however many at a time bring it, and deletes it once.
 *
 * <p>The promise is the recorder's: a task that works or has succeeded is not launched again, and
 * bodies of one task never overlap, be they stores or deletes. All there is to do here is to say
 * what a task is: the storing of the file of one id. It belongs to the manager, and so goes on when
 * the request that brought the file is answered.
 *
 * <p>A recorder knows what was done, and not what became of it. So whoever asks for a stored file
 * has the disk looked at, for its name and its size; nothing is recorded then, as a disk may come
 * back. Only who brings the file again has the success dropped, and launches the task anew.
 */
public final class UploadDesk {
  private static final Logger LOG = LoggerFactory.getLogger(UploadDesk.class);
  private static final OffloadKind<FileId, FileId> STORE = OffloadKind.named("file.store");

  private final AsyncTaskRecorder<FileId, FileId> tasks;
  private final Storage storage;

  /**
   * Opens a desk that knows what is stored: a recorder forgets with its process, files stay.
   *
   * @param manager runs the tasks
   * @param storage has the files
   * @throws IOException if the disk fails
   */
  public UploadDesk(AsyncOffloadManager manager, Storage storage) throws IOException {
    this.tasks = AsyncTaskRecorder.create(manager, STORE);
    this.storage = storage;
    for (FileId id : storage.stored()) {
      var unused = tasks.launchStage(id, () -> CompletableFuture.completedFuture(id));
    }
    manager.joinAll().join();
  }

  /**
   * Takes an upload, and answers without waiting for the disk.
   *
   * @param upload the bytes; removed once they are stored, or turn out not to be needed
   * @param id of the bytes
   * @return what became of it
   * @throws dev.offload.OffloadRejectedException if the desk is closing
   */
  public Receipt take(TemporaryFile upload, FileId id) {
    LaunchOutcome<OffloadFuture<FileId>> launch = tasks.launch(id, () -> store(upload, id));
    if (launch instanceof LaunchOutcome.AlreadySucceeded && storage.wrong(id) != null) {
      dropMissing(id);
      // Of those who find it missing at the same time one launches it, and the others join.
      launch = tasks.launch(id, () -> store(upload, id));
    }
    if (launch instanceof LaunchOutcome.Launched<OffloadFuture<FileId>> launched) {
      upload.leaveTo(launched.handle());
      var unused = launched.handle().whenComplete((stored, failure) -> log(failure));
      return Receipt.ACCEPTED;
    }
    return launch instanceof LaunchOutcome.AlreadyWorking
        ? Receipt.BEING_STORED
        : Receipt.STORED_ALREADY;
  }

  /**
   * Lifts the promise for a file that has not kept its own. Looks again, one caller at a time:
   * somebody else may have done this, and stored the file. What is being deleted is not dropped;
   * whoever brings it meanwhile came before the delete, as with any file.
   */
  private synchronized void dropMissing(FileId id) {
    String wrong = storage.wrong(id);
    if (wrong != null && tasks.dropSucceeded(List.of(id)) > 0) {
      LOG.warn("a stored file was missing, and comes again: {}", wrong);
    }
  }

  /** Tells the operator. Clients ask what became of a file, but a disk is not theirs to mend. */
  private static void log(@Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn("a file was not stored: {}", Causes.describe(failure));
    }
  }

  private FileId store(TemporaryFile upload, FileId id) throws IOException {
    try {
      storage.store(upload.path(), id);
      return id;
    } finally {
      upload.remove(); // before anyone can read how it ended
    }
  }

  /**
   * Deletes a file, unless somebody else is at it.
   *
   * @param id of the file
   * @return the number of bytes that are free now, or why it was not deleted
   * @throws dev.offload.OffloadRejectedException if the desk is closing
   */
  public CompletableFuture<RevokeOutcome<Long>> delete(FileId id) {
    return tasks.revoke(id, () -> storage.delete(id));
  }

  /**
   * Opens a stored file to be read.
   *
   * @param id of the file
   * @return the file, to be closed
   * @throws NotStoredException if it is not stored
   * @throws IOException if the disk fails
   */
  public StoredFile open(FileId id) throws NotStoredException, IOException {
    if (tasks.state(id) == TaskState.SUCCEEDED) {
      try {
        return storage.open(id);
      } catch (MissingFileException e) {
        throw new NotStoredException(status(id)); // which may have changed since
      }
    }
    throw new NotStoredException(status(id));
  }

  /**
   * Tells how far a file has come. Of one that is stored this looks whether it is still there.
   *
   * @param id of the file
   * @return its state
   */
  public FileStatus status(FileId id) {
    // In this order: a task that fails in between reads WORKING, as it was when it was asked for.
    TaskState state = tasks.state(id);
    return switch (state) {
      case NOT_FOUND, WORKING -> new FileStatus(id, FileState.of(state), null);
      case SUCCEEDED -> statusOfStored(id);
      case FAILED -> {
        String cause = tasks.failure(id).map(Causes::describe).orElse(null);
        // It was launched again if there is none.
        yield new FileStatus(id, FileState.of(cause == null ? tasks.state(id) : state), cause);
      }
    };
  }

  private FileStatus statusOfStored(FileId id) {
    String wrong = storage.wrong(id);
    if (wrong == null) {
      return new FileStatus(id, FileState.SUCCEEDED, null);
    }
    // A file that is being deleted, or was a moment ago, is not missing.
    boolean atRest = tasks.awaitEnd(id).isDone();
    TaskState state = tasks.state(id);
    return atRest && state == TaskState.SUCCEEDED
        ? new FileStatus(id, FileState.MISSING, wrong)
        : new FileStatus(id, FileState.of(state), null);
  }

  /**
   * Lists files, in no order. Those that come into the state or leave it meanwhile may be left out.
   *
   * @param state which
   * @return a stream that makes each answer when it is taken
   * @throws IllegalArgumentException if the state is NOT_FOUND
   */
  public Stream<FileStatus> list(FileState state) {
    List<FileId> ids = tasks.tasks(recorded(state));
    return ids.stream().map(this::status).filter(file -> file.state() == state);
  }

  /**
   * Counts files. Those that are missing are counted one by one, with a look at each stored file;
   * those that are stored are counted without a look, the missing ones with them.
   *
   * @param state which
   * @return how many
   * @throws IllegalArgumentException if the state is NOT_FOUND
   */
  public long count(FileState state) {
    return state == FileState.MISSING ? list(state).count() : tasks.count(recorded(state));
  }

  private static TaskState recorded(FileState state) {
    return switch (state) {
      case NOT_FOUND -> TaskState.NOT_FOUND;
      case WORKING -> TaskState.WORKING;
      case SUCCEEDED, MISSING -> TaskState.SUCCEEDED;
      case FAILED -> TaskState.FAILED;
    };
  }
}
