package dev.offload.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  @Test
  void theModelIsThatOfTheFirstProcessor() {
    List<String> told =
        List.of(
            "processor\t: 0",
            "model\t\t: 17",
            "model name\t: Some  processor @ 3 GHz ",
            "",
            "model name\t: another");
    assertEquals("Some processor @ 3 GHz", Processor.model(told));
  }

  @Test
  void aSystemMayTellNoModel() {
    assertEquals("", Processor.model(List.of("processor\t: 0", "CPU part\t: 0xd0c")));
  }

  @Test
  void aNameEndsWithTheCores() {
    assertTrue(Processor.name().matches(".+, \\d+ cores?"), Processor.name());
  }
}
