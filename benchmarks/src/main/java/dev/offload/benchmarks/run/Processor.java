package dev.offload.benchmarks.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The processor of this machine: by it machines are told apart. */
final class Processor {
  private static final Path OF_LINUX = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** Its model, as far as the system tells it, and the cores that this JVM may use. */
  static String name() {
    int cores = Runtime.getRuntime().availableProcessors();
    return model() + ", " + cores + (cores == 1 ? " core" : " cores");
  }

  private static String model() {
    String model = "";
    if (Files.isReadable(OF_LINUX)) {
      model = ofLinux();
    } else if (System.getProperty("os.name").startsWith("Mac")) {
      model = ofMac();
    }
    return model.isEmpty() ? System.getProperty("os.arch") : model;
  }

  private static String ofLinux() {
    try {
      return model(Files.readAllLines(OF_LINUX));
    } catch (IOException e) {
      return "";
    }
  }

  /** The model in what Linux tells of its processors; empty if it tells none, as of some ARM. */
  static String model(List<String> cpuinfo) {
    return cpuinfo.stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip().replaceAll("\\s+", " "))
        .findFirst()
        .orElse("");
  }

  private static String ofMac() {
    try {
      Process told = new ProcessBuilder("sysctl", "-n", "machdep.cpu.brand_string").start();
      byte[] words = told.getInputStream().readAllBytes();
      return told.waitFor(1, TimeUnit.SECONDS) && told.exitValue() == 0
          ? new String(words, StandardCharsets.UTF_8).strip()
          : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
