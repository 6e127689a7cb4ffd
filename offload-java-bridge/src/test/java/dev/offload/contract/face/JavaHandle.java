package dev.offload.contract.face;

import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.async.OffloadFuture;
import dev.offload.contract.fixture.Outcome;
import java.util.concurrent.CompletableFuture;

/** An {@link OffloadFuture} as a {@link Handle}. */
public record JavaHandle<T>(OffloadFuture<T> future) implements Handle<T> {

  @Override
  public OffloadKey<T> key() {
    return future.key();
  }

  @Override
  public long jobNumber() {
    return future.jobNumber();
  }

  @Override
  public JobState jobState() {
    return future.jobState();
  }

  @Override
  public boolean joined() {
    return future.joined();
  }

  @Override
  public boolean cancel() {
    return future.cancel();
  }

  @Override
  public CompletableFuture<Outcome<T>> outcome() {
    return future.handle(Outcome::new);
  }

  @Override
  public Wait<T> asWait() {
    return new JavaWait<>(future::get);
  }
}
