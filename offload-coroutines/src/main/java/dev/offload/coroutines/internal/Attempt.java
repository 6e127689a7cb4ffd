package dev.offload.coroutines.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task or of its revoke, as the recorder's table sees it: open, or decided by its job.
 *
 * <p>The job's own word decides. A cancelled job's callers may know of its end before anybody had
 * time to write it down, and must not read an older state then; so who reads an attempt that looks
 * open asks its job.
 *
 * <pre>
 *  verdict    job                     reads as
 *  ---------  ----------------------  ----------------------------------------------
 *  null       null, or undecided      open
 *  null       decided                 the job's outcome, until it is written down
 *  SUCCESS    (let go)                succeeded
 *  Throwable  (let go)                failed with it
 * </pre>
 */
abstract sealed class Attempt<I> permits TaskRun, RevokeRun {
  static final Object SUCCESS = "success";

  private static final VarHandle VERDICT;
  private static final VarHandle JOB;

  static {
    try {
      VERDICT = MethodHandles.lookup().findVarHandle(Attempt.class, "verdict", Object.class);
      JOB = MethodHandles.lookup().findVarHandle(Attempt.class, "job", JobCell.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final I id;

  @SuppressWarnings("FieldMayBeFinal") // written through VERDICT
  private volatile @Nullable Object verdict;

  private volatile @Nullable JobCell<?> job;

  Attempt(I id) {
    this.id = id;
  }

  /** Names the job that decides. Before anyone can see the end of that job. */
  final void decidedBy(JobCell<?> decider) {
    job = decider;
    if (verdict != null) {
      job = null;
    }
  }

  /** Null while open, else {@link #SUCCESS} or the {@link Throwable} it failed with. */
  final @Nullable Object verdict() {
    Object written = verdict;
    if (written != null) {
      return written;
    }
    JobCell<?> decider = job;
    if (decider == null) {
      return verdict; // it was let go after the verdict was written
    }
    if (!decider.isDecided()) {
      return null;
    }
    Throwable failure = decider.failure();
    return failure == null ? SUCCESS : failure;
  }

  /** Whether {@link #write} was called, so that its job need not be asked. */
  final boolean isWritten() {
    return verdict != null;
  }

  final boolean isOpen() {
    return verdict() == null;
  }

  /** Writes the verdict down, once, and lets the job go; true if this call did. */
  final boolean write(Object decided) {
    if (!VERDICT.compareAndSet(this, null, decided)) {
      return false;
    }
    JOB.setRelease(this, null);
    return true;
  }

  /** Writes down that the job has succeeded, which others may do too, and lets the job go. */
  final void writeSuccess() {
    VERDICT.setRelease(this, SUCCESS);
    JOB.setRelease(this, null);
  }
}
