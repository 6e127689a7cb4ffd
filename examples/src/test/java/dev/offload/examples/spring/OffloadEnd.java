package dev.offload.examples.spring;

import dev.offload.ShutdownReport;
import dev.offload.async.AsyncOffloadManager;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;

/** Ends the manager in limited time. */
final class OffloadEnd implements DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(OffloadEnd.class);

  private final AsyncOffloadManager offload;

  OffloadEnd(AsyncOffloadManager offload) {
    this.offload = offload;
  }

  @Override
  public void destroy() {
    ShutdownReport report = offload.shutdown(Duration.ofSeconds(10), Duration.ofSeconds(5));
    if (!report.isClean()) {
      LOG.warn("would not end: {}, still open: {}", report.undying(), report.openScopes());
    }
  }
}
