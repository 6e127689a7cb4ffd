package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The contract through the Java face")
class JavaFaceTest extends EngineContract {

  @Override
  Face open(FaceSettings settings) {
    return new JavaFace(settings);
  }
}
