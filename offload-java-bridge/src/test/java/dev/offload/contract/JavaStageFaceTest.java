package dev.offload.contract;

import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.JavaFace;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract through the Java face, with bodies that are stages")
class JavaStageFaceTest extends EngineContract {

  @Override
  public Face open(FaceSettings settings) {
    return new JavaFace(settings, true);
  }
}
