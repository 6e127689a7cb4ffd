package dev.offload.contract;

import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.JavaFace;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Hostile neighbours through the Java face, with bodies that are stages")
class HostileJavaStageFaceTest extends HostileSuite {

  @Override
  public Face open(FaceSettings settings) {
    return new JavaFace(settings, true);
  }
}
