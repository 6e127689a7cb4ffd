package dev.offload.examples.spring;

import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.ContextCarriers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;

/** The code of docs/spring.md, to the letter. */
@Configuration(proxyBeanMethods = false)
class OffloadConfiguration {

  @Bean(destroyMethod = "") // not close(), which waits for as long as it takes
  AsyncOffloadManager offload() {
    return AsyncOffloadManager.builder()
        .name("shop")
        .contextCarrier(ContextCarriers.slf4jMdc())
        .build();
  }

  @Bean
  @DependsOn("api") // what bodies use is destroyed after this
  OffloadEnd offloadEnd(AsyncOffloadManager offload) {
    return new OffloadEnd(offload);
  }
}
