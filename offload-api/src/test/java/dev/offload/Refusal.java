package dev.offload;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** What every bad argument must meet: an exception that names the argument and the rule. */
final class Refusal {

  private Refusal() {}

  static void names(String argument, String rule, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.startsWith(argument + " "), () -> "names '" + argument + "': " + message);
    assertTrue(message.contains(rule), () -> "tells '" + rule + "': " + message);
  }
}
