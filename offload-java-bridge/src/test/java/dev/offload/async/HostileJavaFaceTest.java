package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("Hostile neighbours through the Java face, with bodies that block")
class HostileJavaFaceTest extends HostileSuite {

  @Override
  Face open(FaceSettings settings) {
    return new JavaFace(settings, false);
  }
}
