package dev.offload.async;

import dev.offload.coroutines.internal.job.WaitTarget;
import dev.offload.coroutines.internal.threads.SidePool;
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
 * A future that does not hold its answer, but knows where it is: with a job, or with the caller
 * that gave the future up. As soon as the answer is there, all queries return it, consistently; the
 * superclass's future is completed with it so that stages run.
 *
 * <p>Stages are foreign code and may take long, so the thread that delivers the answer never runs
 * them. If there are none, it completes the superclass's future; otherwise a side thread does.
 * Callers that block do so on a separate future, which has no stages and can be completed by any
 * thread. A caller that completes this future from outside runs its stages, as with any other
 * future.
 *
 * <pre>
 *  stages   becomes  by
 *  -------  -------  ---------------------------------------------------------------------
 *  NONE     STAGED   the first stage: from here on, a side thread completes
 *  NONE     CLOSING  a delivery or a query that found no stage
 *  CLOSING  CLOSED   the same, when the superclass's future is complete; a stage added meanwhile
 *                    waits for this, and then runs on the thread that adds it
 * </pre>
 *
 * <p>{@code allOf} and {@code anyOf} add themselves without calling a method of this class: they
 * are detected by the number of dependents, except at the moment the superclass's future is
 * completed.
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

  private final SidePool side;

  /** What blocked callers wait for; null if none has blocked yet. */
  volatile @Nullable CompletableFuture<T> asking;

  @SuppressWarnings("FieldMayBeFinal") // written through STAGES
  private volatile byte stages = NONE;

  /** Whether the completion was handed to a side thread. */
  @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // by HANDED alone
  private volatile boolean handed;

  /** That completion; null for a moment after {@link #handed} is set. */
  private volatile SidePool.@Nullable Task handing;

  /**
   * Creates a future without an answer.
   *
   * @param side runs stages
   */
  AnswerFuture(SidePool side) {
    this.side = side;
  }

  /** What a future was completed with from outside. */
  record Given<T extends @Nullable Object>(@Nullable T value, @Nullable Throwable failure) {}

  // What differs between the subclasses.

  /** Whether there is an answer, which then never changes. */
  abstract boolean hasAnswer();

  /** The exception of the answer; null if it is a value. Call only once there is an answer. */
  abstract @Nullable Throwable failureOfAnswer();

  /** The value of the answer. Call only once there is an answer that is a value. */
  abstract T valueOfAnswer();

  /**
   * Completes this future from outside. If that becomes the answer, notifies blocked callers by
   * {@link #wake}; otherwise there is another answer when this returns.
   *
   * @return whether it became the answer
   */
  abstract boolean giveUp(Given<T> answer);

  /** A caller asks for the answer, or will. */
  void markAsked() {}

  /** What a body that blocks on this future waits for. */
  WaitTarget target() {
    return BodyWait.NO_JOB;
  }

  // Delivery.

  /** There is an answer: notifies those waiting for it, without running a stage. */
  final void tell() {
    wake();
    if (hasStages()) {
      markAsked();
    }
    publish();
  }

  /** Notifies blocked callers. */
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

  /** Has the superclass's future completed, by this thread only if that runs no stages. */
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

  /** Completes the superclass's future; its stages run here. */
  private void publishHere() {
    Throwable failure = failureOfAnswer();
    if (failure == null) {
      super.complete(valueOfAnswer());
    } else {
      super.completeExceptionally(failure);
    }
  }

  /**
   * As {@link #publish}, for a query: when this returns, the superclass's future is complete, as
   * some queries go there, unless all side threads are busy with blocking stages.
   */
  @SuppressWarnings("ThreadPriorityCheck") // the thread waited for may need this one's processor
  private void publishAndWait() {
    publish();
    while (!super.isDone()) {
      SidePool.Task task = handing;
      if (task != null && task.waits()) {
        return;
      }
      Thread.yield();
    }
  }

  /** Whether there is an answer, which is then visible to every query. */
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

  /** The answer as a future; only if it is not in the superclass's future. */
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

  /** Creates the futures of dependent stages: plain ones. */
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

  /** Returns a stage that completes as this future does, and cannot be completed in another way. */
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
   * @param mayInterruptIfRunning ignored
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
   * @param supplier computes the value
   * @return this future
   */
  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier) {
    return completeAsync(supplier, defaultExecutor());
  }

  /**
   * Completes this future from outside with what {@code supplier} returns or throws, unless it is
   * complete by then.
   *
   * @param supplier computes the value
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
    } catch (Throwable e) { // as in the JDK, waiters get it
      completeExceptionally(e);
      return;
    }
    complete(value);
  }

  /**
   * Sets the result of all later queries, whether or not this future is completed.
   *
   * @param value the value
   */
  @Override
  public void obtrudeValue(T value) {
    boolean unused = giveUp(new Given<>(value, null));
    super.obtrudeValue(value);
  }

  /**
   * Sets the result of all later queries, whether or not this future is completed.
   *
   * @param failure the exception
   */
  @Override
  public void obtrudeException(Throwable failure) {
    boolean unused = giveUp(new Given<>(null, Objects.requireNonNull(failure)));
    super.obtrudeException(failure);
  }

  // Queries.

  /**
   * Returns whether this future is completed.
   *
   * @return true if it is, in whatever way
   */
  @Override
  public boolean isDone() {
    return isAnswered();
  }

  /**
   * Returns whether this caller cancelled this future.
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
   * Returns whether this future is completed with an exception, a cancellation included.
   *
   * @return true if it is
   */
  @Override
  public boolean isCompletedExceptionally() {
    return isAnswered()
        && (super.isDone() ? super.isCompletedExceptionally() : failureOfAnswer() != null);
  }

  /**
   * Waits for the outcome, without limit.
   *
   * @return the value
   * @throws ExecutionException if this future failed: with the exception as its cause
   * @throws CancellationException if this caller cancelled
   * @throws InterruptedException if the calling thread is interrupted, or runs a body that was
   *     cancelled, and there is no outcome yet; this has no other effect
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
   * Waits for the outcome, for a limited time.
   *
   * @param timeout how long to wait
   * @param unit the unit of {@code timeout}
   * @return the value
   * @throws ExecutionException if this future failed: with the exception as its cause
   * @throws CancellationException if this caller cancelled
   * @throws InterruptedException if the calling thread is interrupted, or runs a body that was
   *     cancelled, and there is no outcome yet; this has no other effect
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   * @throws TimeoutException if there is no outcome in time; this has no other effect
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
   * Waits for the outcome, without limit, ignoring interrupts except that of a cancelled body.
   *
   * @return the value
   * @throws java.util.concurrent.CompletionException if this future failed: with the exception as
   *     its cause
   * @throws CancellationException if this caller cancelled, or is a body that was cancelled, and
   *     there is no outcome yet; the latter has no other effect
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
    if (hasAnswer()) { // it may have come before it could be delivered here
      answer(waiting);
    }
    return waiting;
  }

  /**
   * Returns the value if there is one.
   *
   * @param valueIfAbsent what to return if there is no outcome yet
   * @return the value
   * @throws java.util.concurrent.CompletionException if this future failed: with the exception as
   *     its cause
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
   * Returns the value, which must be present; as in the JDK since 19.
   *
   * @return the value
   * @throws IllegalStateException if there is no outcome yet, or it is not a value
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
   * Returns the exception, which must be present; as in the JDK since 19.
   *
   * @return the exception
   * @throws IllegalStateException if there is no outcome yet, or it is a value, or this caller
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
