package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract of wait maps through the Kotlin face, of callers who await at once")
class KotlinWaitFaceTest extends WaitContract {

  @Override
  WaitFace make(WaitSettings settings) {
    return new KotlinWaitFace(settings, false);
  }
}
