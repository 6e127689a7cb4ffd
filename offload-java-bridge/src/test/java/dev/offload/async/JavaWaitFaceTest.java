package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract of wait maps through the Java face")
class JavaWaitFaceTest extends WaitContract {

  @Override
  WaitFace make(WaitSettings settings) {
    return new JavaWaitFace(settings);
  }
}
