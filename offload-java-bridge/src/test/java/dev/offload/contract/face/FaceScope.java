package dev.offload.contract.face;

import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.KeepValues;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.fixture.Body;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/** A scope as its users see it, in Kotlin or in Java: what the contract is tested through. */
public interface FaceScope extends AutoCloseable {

  /** By the policy of the kind. */
  <T> Handle<T> submit(OffloadKey<T> key, Body<T> body);

  <T> Handle<T> submit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body);

  <T> Handle<T> submit(OffloadKey<T> key, TimeoutPolicy limits, Body<T> body);

  <T> Submission<Handle<T>> trySubmit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body);

  /** The wait is for room in the queue. */
  <T> Wait<Handle<T>> submitWhenRoom(OffloadKey<T> key, Body<T> body);

  <T> Handle<T> share(OffloadKey.Keyed<T> key, Body<T> body);

  <T> Handle<T> share(OffloadKey.Keyed<T> key, ConflictPolicy conflict, Body<T> body);

  <T> Submission<Handle<T>> tryShare(
      OffloadKey.Keyed<T> key, ConflictPolicy conflict, Body<T> body);

  /** The wait is for room in the queue. */
  <T> Wait<Handle<T>> shareWhenRoom(OffloadKey.Keyed<T> key, Body<T> body);

  OffloadKey.Auto<?> spawn(String label, Body<Integer> body);

  Optional<JobSnapshot> find(OffloadKey<?> key);

  boolean isInFlight(OffloadKey<?> key);

  boolean cancel(OffloadKey<?> key);

  /** Every job of the kind, in this scope and under it. */
  int cancel(OffloadKind<?, ?> kind);

  /** Cancels when it is called or, at the latest, when the wait begins, which is for the bodies. */
  Wait<Void> cancelAndJoin(OffloadKey<?> key);

  /** As {@link #joinAll()}, for the jobs of this scope under the keys. */
  Wait<Void> joinAll(Collection<OffloadKey<?>> keys);

  int cancelAll();

  long activeCount();

  ScopeSnapshot snapshot();

  /** For the jobs there are when it is called or, at the latest, when the wait begins. */
  Wait<Void> joinAll();

  RecorderFace recorder(OffloadKind<Object, Integer> kind);

  /** One that keeps values. */
  RecorderFace recorder(OffloadKind<Object, Integer> kind, KeepValues keep);

  FaceScope openScope(String name, ScopeOptions options);

  /** A scope around a block, which may block; the wait is for the end of both. */
  <R> Wait<R> within(String name, ScopeOptions options, Function<FaceScope, R> block);

  /** Starts the waiting end. */
  void complete();

  /** Takes no more work and cancels what is there. */
  void cancel();

  /** Takes no more work and waits for what is there. */
  @Override
  public void close();
}
