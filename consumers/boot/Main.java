package consumer;

import dev.offload.OffloadKind;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.KotlinInterop;
import dev.offload.coroutines.OffloadScopes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A service: requests for one page share one load. Prints the versions it ran with. */
@SpringBootApplication
@RestController
public class Main {
  private static final OffloadKind<Integer, String> LOAD = OffloadKind.named("page.load");
  private static final int CALLERS = 50;

  private final AtomicInteger loads = new AtomicInteger();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final ObjectProvider<AsyncOffloadManager> offload;

  Main(ObjectProvider<AsyncOffloadManager> offload) {
    this.offload = offload;
  }

  @Bean(destroyMethod = "close")
  static AsyncOffloadManager offload() {
    return AsyncOffloadManager.create();
  }

  @GetMapping("/page/{id}")
  CompletableFuture<String> page(@PathVariable("id") int id) {
    return offload
        .getObject()
        .share(
            LOAD.key(id),
            () -> {
              loads.incrementAndGet();
              asked.await();
              return "page " + id;
            });
  }

  public static void main(String[] args) throws Exception {
    Exercise.run();
    try (ConfigurableApplicationContext context =
        SpringApplication.run(Main.class, "--server.port=0", "--spring.main.banner-mode=off")) {
      Main service = context.getBean(Main.class);
      AsyncOffloadManager manager = context.getBean(AsyncOffloadManager.class);
      service.answers(context.getEnvironment().getRequiredProperty("local.server.port"), manager);
      Exercise.expect(0, OffloadScopes.getActiveCount(KotlinInterop.asKotlin(manager)));
    }
    System.out.println(
        "ran with Spring Boot " + SpringBootVersion.getVersion() + ", " + Versions.found());
  }

  private void answers(String port, AsyncOffloadManager manager) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/page/1")).build();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    while (manager.find(LOAD.key(1)).map(job -> job.leases()).orElse(0L) < CALLERS) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    asked.countDown();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      Exercise.expect("page 1", answer.get(30, TimeUnit.SECONDS).body());
    }
    Exercise.expect(1, loads.get());
  }
}
