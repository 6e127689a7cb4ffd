package dev.offload.contract;

import dev.offload.contract.face.JavaWaitFace;
import dev.offload.contract.face.WaitFace;
import dev.offload.contract.face.WaitSettings;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract of wait maps through the Java face")
class JavaWaitFaceTest extends WaitContract {

  @Override
  public WaitFace make(WaitSettings settings) {
    return new JavaWaitFace(settings);
  }
}
