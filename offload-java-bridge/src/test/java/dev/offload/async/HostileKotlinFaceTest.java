package dev.offload.async;

import org.junit.jupiter.api.DisplayName;

@DisplayName("Hostile neighbours through the Kotlin face")
class HostileKotlinFaceTest extends HostileSuite {

  @Override
  KotlinFace open(FaceSettings settings) {
    return new KotlinFace(settings);
  }
}
