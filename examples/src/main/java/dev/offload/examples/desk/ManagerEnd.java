package dev.offload.examples.desk;

import dev.offload.ShutdownReport;
import dev.offload.async.AsyncOffloadManager;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;

/**
 * Ends the manager with the application, in limited time.
 *
 * <p>Spring destroys beans after the web server has stopped. So by now the requests under way have
 * had their time, and nobody brings new work; what was accepted gets as much time again. What does
 * not end by then is cancelled, and reported.
 */
final class ManagerEnd implements DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(ManagerEnd.class);

  private final AsyncOffloadManager manager;
  private final Duration grace;

  ManagerEnd(AsyncOffloadManager manager, Duration grace) {
    this.manager = manager;
    this.grace = grace;
  }

  @Override
  public void destroy() {
    ShutdownReport report = manager.shutdown(grace);
    if (report.cancelled() > 0 || !report.isClean()) {
      LOG.warn(
          "stopped; jobs that ended meanwhile: {}, cancelled: {}, that would not end: {}, "
              + "requests still open: {}",
          report.finished(),
          report.cancelled(),
          report.undying().size(),
          report.openScopes().size());
    }
  }
}
