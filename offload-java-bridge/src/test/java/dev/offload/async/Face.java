package dev.offload.async;

import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadKey;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A manager as its users see it, in Kotlin or in Java: what the contract is tested through. */
interface Face extends AutoCloseable {

  /** By the policy of the kind. */
  <T> Handle<T> submit(OffloadKey<T> key, Body<T> body);

  <T> Handle<T> submit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body);

  <T> Submission<Handle<T>> trySubmit(OffloadKey<T> key, ConflictPolicy conflict, Body<T> body);

  <T> Handle<T> share(OffloadKey.Keyed<T> key, Body<T> body);

  Optional<JobSnapshot> find(OffloadKey<?> key);

  boolean isInFlight(OffloadKey<?> key);

  boolean cancel(OffloadKey<?> key);

  long activeCount();

  ScopeSnapshot snapshot();

  /** Takes no more work and waits for what is there. */
  @Override
  void close();

  /** Takes no more work, cancels what is there and waits for its end. */
  void closeCancelling();

  /** What a handle answers that its holder gave up. */
  boolean isGivenUp(@Nullable Throwable answer);
}
