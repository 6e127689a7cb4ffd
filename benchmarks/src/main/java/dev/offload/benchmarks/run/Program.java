package dev.offload.benchmarks.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class of this jar, which runs in a JVM of its own. */
final class Program {
  private final String mainClass;
  private final List<String> jvmOptions;

  Program(String mainClass, String... jvmOptions) {
    this.mainClass = mainClass;
    this.jvmOptions = List.of(jvmOptions);
  }

  /** Returns when it has ended. */
  void run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(List.of(arguments));
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IllegalStateException(mainClass + " ended with status " + status);
    }
  }
}
