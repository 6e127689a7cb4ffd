package dev.offload.examples.desk;

import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.examples.desk.files.DeskDirectory;
import dev.offload.examples.desk.files.DirectoryException;
import dev.offload.examples.desk.files.DiskStorage;
import dev.offload.examples.desk.files.Inbox;
import dev.offload.examples.desk.files.Storage;
import dev.offload.examples.desk.files.UploadDesk;
import dev.offload.examples.desk.http.Sending;
import dev.offload.examples.desk.http.ServerEdge;
import java.io.IOException;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;

/** How the parts of the desk are put together. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(DeskSettings.class)
class DeskApplication {

  @Bean
  ServerEdge serverEdge(DeskSettings settings) {
    return new ServerEdge(settings.stallTime());
  }

  @Bean
  DeskDirectory directory(DeskSettings settings) throws DirectoryException {
    return DeskDirectory.open(settings.dir());
  }

  @Bean
  Inbox inbox(DeskDirectory directory, DeskSettings settings) throws IOException {
    return new Inbox(directory.incoming(), settings.maxSize().toBytes());
  }

  @Bean
  Storage diskStorage(DeskDirectory directory) {
    return new DiskStorage(directory.stored());
  }

  /**
   * One manager for the application. Spring would {@code close()} it by itself, and that waits for
   * as long as it takes; so {@link ManagerEnd} does it.
   *
   * <p>Clients decide how fast an upload comes and a download goes, and so must not have all
   * threads, or all of the disk, to themselves.
   */
  @Bean(destroyMethod = "")
  AsyncOffloadManager manager(DeskSettings settings) {
    KindPolicy receiving =
        KindPolicy.unset()
            .withConcurrency(settings.receiving())
            .withTimeout(TimeoutPolicy.cancelAfter(settings.receiveTime()));
    KindPolicy sending =
        KindPolicy.unset()
            .withConcurrency(settings.sending())
            .withTimeout(TimeoutPolicy.cancelAfter(settings.sendTime()));
    OffloadConfig config =
        OffloadConfig.builder().kind(Inbox.RECEIVE, receiving).kind(Sending.SEND, sending).build();
    return AsyncOffloadManager.builder().name("desk").config(config).build();
  }

  /** Ends it before the inbox is cleared and the directory unlocked: what runs writes to them. */
  @Bean
  @DependsOn("inbox")
  ManagerEnd managerEnd(AsyncOffloadManager manager, DeskSettings settings) {
    return new ManagerEnd(manager, settings.grace());
  }

  @Bean
  UploadDesk uploadDesk(AsyncOffloadManager manager, Storage storage) throws IOException {
    return new UploadDesk(manager, storage);
  }
}
