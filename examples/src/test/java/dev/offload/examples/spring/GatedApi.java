package dev.offload.examples.spring;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/** Answers when it is open; fails as often as it is told to. */
final class GatedApi implements Api, DisposableBean {
  private static final int OPEN = 1_000;

  private final Semaphore gate = new Semaphore(0);
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger failures = new AtomicInteger();
  volatile boolean destroyed;

  @ResponseStatus(HttpStatus.NOT_FOUND)
  static final class NoSuchUserException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  void open() {
    gate.release(OPEN);
  }

  void shut() {
    gate.drainPermits();
  }

  private void ask() throws IOException, InterruptedException {
    asked.incrementAndGet();
    if (!gate.tryAcquire(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("nobody opens it");
    }
    if (destroyed) {
      throw new IllegalStateException("destroyed");
    }
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IOException("not now");
    }
  }

  @Override
  public User user(int id) throws IOException, InterruptedException {
    ask();
    if (id < 0) {
      throw new NoSuchUserException();
    }
    return new User(id);
  }

  @Override
  public String history(int id) throws IOException, InterruptedException {
    ask();
    return "history of " + id;
  }

  @Override
  public void destroy() {
    destroyed = true;
  }
}
