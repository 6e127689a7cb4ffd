package dev.offload.async;

import dev.offload.coroutines.internal.SideThreads;
import dev.offload.coroutines.internal.WaitTarget;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future that does not hold its answer, but knows where it is: with a job, or with whoever gave
 * it up. From the moment the answer is there, whoever asks has it, and all questions are answered
 * alike; the future below is completed with it so that stages run.
 *
 * <p>Stages are foreign and may take long, so who tells the answer never runs them. If there are
 * none, it completes the future below; else a thread aside does. Those who ask block on a future of
 * their own, which has no stages and can be completed by anybody. Who completes this future from
 * outside runs its stages, as with any other future.
 *
 * <pre>
 *  stages   becomes  by
 *  -------  -------  ---------------------------------------------------------------------
 *  NONE     STAGED   the first stage: from here on, a thread aside completes
 *  NONE     CLOSING  who tells or asks, and found no stage
 *  CLOSING  CLOSED   the same, when the future below is complete; a stage that comes meanwhile
 *                    waits for this, and then runs on the thread that built it
 * </pre>
 *
 * <p>{@code allOf} and {@code anyOf} add themselves without a question: they are seen by the number
 * of dependents, except in the instant in which the future below is completed.
 */
abstract class AnswerFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private static final VarHandle ASKING;
  private static final VarHandle STAGES;
  private static final VarHandle HANDED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ASKING = lookup.findVarHandle(AnswerFuture.class, "asking", CompletableFuture.class);
      STAGES = lookup.findVarHandle(AnswerFuture.class, "stages", byte.class);
      HANDED = lookup.findVarHandle(AnswerFuture.class, "handed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final byte NONE = 0;
  private static final byte STAGED = 1;
  private static final byte CLOSING = 2;
  private static final byte CLOSED = 3;

  private final SideThreads.Lane side;

  /** What those who block wait for; null while nobody has. */
  private volatile @Nullable CompletableFuture<T> asking;

  @SuppressWarnings("FieldMayBeFinal") // written through STAGES
  private volatile byte stages = NONE;

  /** Whether the completion was handed to a thread aside. */
  @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // by HANDED alone
  private volatile boolean handed;

  /** That completion; null for an instant after {@link #handed} is set. */
  private volatile SideThreads.@Nullable Task handing;

  /**
   * Makes one without an answer.
   *
   * @param side runs stages
   */
  AnswerFuture(SideThreads.Lane side) {
    this.side = side;
  }

  /** What somebody completed a future with. */
  record Given<T extends @Nullable Object>(@Nullable T value, @Nullable Throwable failure) {}

  // What is different from one such future to the other.

  /** Whether there is an answer. If so, it stays the same. */
  abstract boolean hasAnswer();

  /** What the answer is to fail with; null if it is a value. Only once there is one. */
  abstract @Nullable Throwable failureOfAnswer();

  /** The value that is the answer. Only if there is one that did not fail. */
  abstract T valueOfAnswer();

  /**
   * Somebody completes this future. Tells those who ask, by {@link #wake}, if that is the answer;
   * else there is an answer when this returns.
   *
   * @return whether it is
   */
  abstract boolean giveUp(Given<T> answer);

  /** Somebody wants to know, or will. */
  void markAsked() {}

  /** What a body that blocks on this future waits for. */
  WaitTarget target() {
    return BodyWait.NO_JOB;
  }

  // Telling.

  /** There is an answer: tells those who wait for it, and runs no stage. */
  final void tell() {
    wake();
    if (hasStages()) {
      markAsked();
    }
    publish();
  }

  /** Tells those who block. */
  final void wake() {
    CompletableFuture<T> waiting = asking;
    if (waiting != null) {
      answer(waiting);
    }
  }

  private void answer(CompletableFuture<T> waiting) {
    Throwable failure = failureOfAnswer();
    if (failure == null) {
      waiting.complete(valueOfAnswer());
    } else {
      waiting.completeExceptionally(failure);
    }
  }

  private boolean hasStages() {
    return stages == STAGED || getNumberOfDependents() > 0;
  }

  /** Has the future below completed, by this thread only if that runs no stages. */
  private void publish() {
    if (super.isDone()) {
      return;
    }
    if (!hasStages() && STAGES.compareAndSet(this, NONE, CLOSING)) {
      publishHere();
      stages = CLOSED;
    } else if (stages != CLOSING && HANDED.compareAndSet(this, false, true)) {
      handing = side.submit(this::publishHere);
    }
  }

  /** Completes the future below; its stages run here. */
  private void publishHere() {
    Throwable failure = failureOfAnswer();
    if (failure == null) {
      super.complete(valueOfAnswer());
    } else {
      super.completeExceptionally(failure);
    }
  }

  /**
   * As {@link #publish}, for one who asks: when this returns the future below is complete, as some
   * questions go there; unless all threads aside are at stages that block.
   */
  @SuppressWarnings("ThreadPriorityCheck") // the thread waited for may need this one's processor
  private void publishAndWait() {
    publish();
    while (!super.isDone()) {
      SideThreads.Task task = handing;
      if (task != null && task.waits()) {
        return;
      }
      Thread.yield();
    }
  }

  /** Whether there is an answer, which then can be asked for everywhere. */
  private boolean isAnswered() {
    if (super.isDone()) {
      return true;
    }
    if (!hasAnswer()) {
      return false;
    }
    publishAndWait();
    return true;
  }

  /** The answer as a future; only where it is not in the future below. */
  private CompletableFuture<T> answered() {
    CompletableFuture<T> answered = new CompletableFuture<>();
    answer(answered);
    return answered;
  }

  // Stages.

  private void stageComes() {
    markAsked();
    if (isAnswered() || STAGES.compareAndSet(this, NONE, STAGED)) {
      return;
    }
    while (stages == CLOSING) {
      Thread.onSpinWait();
    }
  }

  /** Makes the futures of dependent stages: plain ones. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    stageComes();
    return new CompletableFuture<>();
  }

  /** Returns this future. */
  @Override
  public CompletableFuture<T> toCompletableFuture() {
    stageComes();
    return this;
  }

  /** Returns a stage that completes as this future does, and cannot be completed otherwise. */
  @Override
  public CompletionStage<T> minimalCompletionStage() {
    stageComes();
    return super.minimalCompletionStage();
  }

  // Completions from outside.

  private boolean completeWith(Given<T> answer) {
    if (giveUp(answer)) {
      publishHere();
      return true;
    }
    publishAndWait();
    return false;
  }

  /**
   * Completes this future from outside.
   *
   * @param value the value
   * @return true if this call completed it
   */
  @Override
  public boolean complete(T value) {
    return completeWith(new Given<>(value, null));
  }

  /**
   * Completes this future from outside.
   *
   * @param failure the exception
   * @return true if this call completed it
   */
  @Override
  public boolean completeExceptionally(Throwable failure) {
    return completeWith(new Given<>(null, Objects.requireNonNull(failure)));
  }

  /** Cancels this future; true if this call did. */
  final boolean cancelHere() {
    return completeWith(new Given<>(null, new CancellationException()));
  }

  /**
   * Cancels this future.
   *
   * @param mayInterruptIfRunning without meaning
   * @return true if this future is now cancelled
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean unused = cancelHere();
    return isCancelled();
  }

  /**
   * As {@link #completeAsync(Supplier, Executor)}, in the JDK's pool.
   *
   * @param supplier makes the value
   * @return this future
   */
  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier) {
    return completeAsync(supplier, defaultExecutor());
  }

  /**
   * Completes this future from outside with what {@code supplier} answers or throws, unless there
   * is an answer before.
   *
   * @param supplier makes the value
   * @param executor runs it
   * @return this future
   */
  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
    Objects.requireNonNull(supplier);
    executor.execute(() -> completeBy(supplier));
    return this;
  }

  private void completeBy(Supplier<? extends T> supplier) {
    if (isDone()) {
      return;
    }
    T value;
    try {
      value = supplier.get();
    } catch (Throwable e) { // as in the JDK, what waits is told
      completeExceptionally(e);
      return;
    }
    complete(value);
  }

  /**
   * Sets what this future answers from now on, completed or not.
   *
   * @param value the value
   */
  @Override
  public void obtrudeValue(T value) {
    boolean unused = giveUp(new Given<>(value, null));
    super.obtrudeValue(value);
  }

  /**
   * Sets what this future answers from now on, completed or not.
   *
   * @param failure the exception
   */
  @Override
  public void obtrudeException(Throwable failure) {
    boolean unused = giveUp(new Given<>(null, Objects.requireNonNull(failure)));
    super.obtrudeException(failure);
  }

  // Questions.

  /**
   * Tells whether this future is completed.
   *
   * @return true if it is, in whatever way
   */
  @Override
  public boolean isDone() {
    return isAnswered();
  }

  /**
   * Tells whether this caller cancelled this future.
   *
   * @return true if so
   */
  @Override
  public boolean isCancelled() {
    return isAnswered()
        && (super.isDone()
            ? super.isCancelled()
            : failureOfAnswer() instanceof CancellationException);
  }

  /**
   * Tells whether this future is completed with an exception, a cancellation included.
   *
   * @return true if it is
   */
  @Override
  public boolean isCompletedExceptionally() {
    return isAnswered()
        && (super.isDone() ? super.isCompletedExceptionally() : failureOfAnswer() != null);
  }

  /**
   * Waits for the answer, without limit.
   *
   * @return the value
   * @throws ExecutionException with what the job or whoever completed this future gave as cause
   * @throws CancellationException if this caller cancelled
   * @throws InterruptedException if the calling thread is interrupted, or runs a body that was
   *     cancelled, and there is no answer yet; that changes nothing else
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   */
  @Override
  public T get() throws InterruptedException, ExecutionException {
    markAsked();
    if (isAnswered()) {
      return super.isDone() ? super.get() : answered().get();
    }
    BodyWait.throwIfInterrupted();
    BodyWait wait = BodyWait.begin(target());
    if (wait == null) {
      return asking().get();
    }
    try (wait) {
      return wait.get(asking());
    }
  }

  /**
   * Waits for the answer, at most so long.
   *
   * @param timeout how long
   * @param unit the unit of {@code timeout}
   * @return the value
   * @throws ExecutionException with what the job or whoever completed this future gave as cause
   * @throws CancellationException if this caller cancelled
   * @throws InterruptedException if the calling thread is interrupted, or runs a body that was
   *     cancelled, and there is no answer yet; that changes nothing else
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   * @throws TimeoutException if there is no answer by then; that changes nothing else
   */
  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    markAsked();
    if (isAnswered()) {
      return super.isDone() ? super.get(timeout, unit) : answered().get(timeout, unit);
    }
    BodyWait.throwIfInterrupted();
    BodyWait wait = BodyWait.begin(target());
    if (wait == null) {
      return asking().get(timeout, unit);
    }
    try (wait) {
      return wait.get(asking(), timeout, unit);
    }
  }

  /**
   * Waits for the answer, without limit and without regard to interrupts, but for that of a body
   * which is cancelled.
   *
   * @return the value
   * @throws java.util.concurrent.CompletionException with the exception this future has as cause
   * @throws CancellationException if this caller cancelled, or is a body that was cancelled, and
   *     there is no answer yet; the latter changes nothing else
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   */
  @Override
  public T join() {
    markAsked();
    if (isAnswered()) {
      return super.isDone() ? super.join() : answered().join();
    }
    BodyWait.throwIfCancelled();
    BodyWait wait = BodyWait.begin(target());
    if (wait == null) {
      return asking().join();
    }
    try (wait) {
      return wait.join(asking());
    }
  }

  /** The future to block on; it has no stages. */
  private CompletableFuture<T> asking() {
    CompletableFuture<T> waiting = asking;
    if (waiting == null) {
      CompletableFuture<T> first = new CompletableFuture<>();
      waiting = ASKING.compareAndSet(this, null, first) ? first : Objects.requireNonNull(asking);
    }
    if (hasAnswer()) { // it may have come before it could be told here
      answer(waiting);
    }
    return waiting;
  }

  /**
   * Answers the value if there is one.
   *
   * @param valueIfAbsent what to answer if there is no answer yet
   * @return the value
   * @throws java.util.concurrent.CompletionException with the exception this future has as cause
   * @throws CancellationException if this caller cancelled
   */
  @Override
  public T getNow(T valueIfAbsent) {
    markAsked();
    if (!isAnswered()) {
      return valueIfAbsent;
    }
    return super.isDone() ? super.getNow(valueIfAbsent) : answered().getNow(valueIfAbsent);
  }

  /**
   * Answers the value, which must be there; as in the JDK since 19.
   *
   * @return the value
   * @throws IllegalStateException if there is no answer yet, or it is no value
   */
  public T resultNow() {
    if (!isAnswered()) {
      throw new IllegalStateException("there is no answer yet");
    }
    if (isCompletedExceptionally()) {
      throw new IllegalStateException("there is no value, but an exception");
    }
    return join();
  }

  /**
   * Answers the exception, which must be there; as in the JDK since 19.
   *
   * @return the exception
   * @throws IllegalStateException if there is no answer yet, or it is a value, or this caller
   *     cancelled
   */
  public Throwable exceptionNow() {
    if (!isAnswered()) {
      throw new IllegalStateException("there is no answer yet");
    }
    if (isCancelled() || !isCompletedExceptionally()) {
      throw new IllegalStateException("there is no exception of others");
    }
    return super.isDone()
        ? this.<Throwable>handle((value, failure) -> failure).join()
        : Objects.requireNonNull(failureOfAnswer());
  }
}
