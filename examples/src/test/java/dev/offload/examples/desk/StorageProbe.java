package dev.offload.examples.desk;

import dev.offload.examples.desk.files.FileId;
import dev.offload.examples.desk.files.Storage;
import dev.offload.examples.desk.files.StoredFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A storage in front of the real one: it counts, fails when told to, and waits at its gate. */
final class StorageProbe implements Storage {
  private Storage disk;
  final AtomicInteger stores = new AtomicInteger();
  final AtomicInteger deletes = new AtomicInteger();
  volatile boolean failing;

  /** Run once, when the next look at a file has found what it is about to tell. */
  final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

  /** Counted down when a call arrives. */
  final CountDownLatch arrived = new CountDownLatch(1);

  /** Calls wait until it is open. */
  private volatile CountDownLatch gate = new CountDownLatch(0);

  Storage inFrontOf(Storage behind) {
    disk = behind;
    return this;
  }

  void shut() {
    gate = new CountDownLatch(1);
  }

  void open() {
    gate.countDown();
  }

  @Override
  public void store(Path upload, FileId id) throws IOException {
    stores.incrementAndGet();
    pass();
    disk.store(upload, id);
  }

  @Override
  public long delete(FileId id) throws IOException {
    deletes.incrementAndGet();
    pass();
    return disk.delete(id);
  }

  private void pass() throws IOException {
    arrived.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    if (failing) {
      throw new FileSystemException("/secret/place", null, "no space left");
    }
  }

  @Override
  public @Nullable String wrong(FileId id) {
    String wrong = disk.wrong(id);
    meanwhile.getAndSet(() -> {}).run();
    return wrong;
  }

  @Override
  public StoredFile open(FileId id) throws IOException {
    return disk.open(id);
  }

  @Override
  public List<FileId> stored() throws IOException {
    return disk.stored();
  }
}
