package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract through the Java face, with bodies that block")
class JavaFaceTest extends EngineContract {

  @Override
  Face open(FaceSettings settings) {
    return new JavaFace(settings, false);
  }
}
