package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract of wait maps through the Kotlin face, of callers who subscribe first")
class KotlinSubscribeFaceTest extends WaitContract {

  @Override
  WaitFace make(WaitSettings settings) {
    return new KotlinWaitFace(settings, true);
  }
}
