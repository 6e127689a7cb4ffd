package dev.offload.contract;

import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.KotlinFace;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Hostile neighbours through the Kotlin face")
class HostileKotlinFaceTest extends HostileSuite {

  @Override
  public KotlinFace open(FaceSettings settings) {
    return new KotlinFace(settings);
  }
}
