package dev.offload.contract;

import dev.offload.contract.face.KotlinWaitFace;
import dev.offload.contract.face.WaitFace;
import dev.offload.contract.face.WaitSettings;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract of wait maps through the Kotlin face, of callers who await at once")
class KotlinWaitFaceTest extends WaitContract {

  @Override
  public WaitFace make(WaitSettings settings) {
    return new KotlinWaitFace(settings, false);
  }
}
