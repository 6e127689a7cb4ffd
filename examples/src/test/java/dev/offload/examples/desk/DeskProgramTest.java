package dev.offload.examples.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program says, and how it ends. */
class DeskProgramTest {
  @TempDir Path dir;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Main.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theProgramServesUntilItIsAskedToEnd() throws IOException, InterruptedException {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port=0",
                "--dir=" + dir,
                "--grace=60s")
            .redirectError(Redirect.DISCARD)
            .start();
    assumeTrue(program.supportsNormalTermination());
    // If it hangs it is killed, and then nothing here waits for it any longer.
    var unused =
        program
            .onExit()
            .orTimeout(2 * RunningDesk.LIMIT.toSeconds(), TimeUnit.SECONDS)
            .whenComplete((ended, hung) -> program.destroyForcibly());
    try (BufferedReader said = program.inputReader()) {
      String first = said.readLine();
      Matcher at = Pattern.compile("desk: at http://localhost:(\\d+)/files, .*").matcher(first);
      assertTrue(at.matches(), first);
      int port = Integer.parseInt(at.group(1));

      try (Socket upload = RunningDesk.beginUpload(port, 5, "hel")) {
        RunningDesk.await(() -> RunningDesk.names(dir.resolve("incoming")).size() == 1);
        program.destroy(); // SIGTERM
        RunningDesk.awaitStopping(port);
        RunningDesk.write(upload, "lo");
        assertEquals("202", RunningDesk.status(upload));
      }
      program.waitFor();
      assertEquals(List.of(RunningDesk.idOf("hello")), RunningDesk.names(dir.resolve("stored")));
      assertEquals(List.of(), RunningDesk.names(dir.resolve("incoming")));
    } finally {
      program.destroyForcibly();
    }
  }

  @Test
  void aPortInUseIsOneLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      int port = taken.getLocalPort();
      assertEquals(2, run("--port", "" + port, "--dir", dir.toString()));
      assertEquals(
          "desk: port " + port + " is in use; --port chooses another" + System.lineSeparator(),
          errors());
    }
    // What was begun is ended: the directory is free.
    new RunningDesk(dir).close();
  }

  @Test
  void aDirectoryThatCannotBeUsedIsOneLine() throws IOException {
    Path file = Files.writeString(dir.resolve("a"), "a");
    assertEquals(2, run("--port", "0", "--dir", file.toString()));
    assertTrue(errors().startsWith("desk: " + file + " cannot be used"), errors());
    assertEquals(1, errors().lines().count());
  }

  @Test
  void aDirectoryBelongsToOneDesk() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      assertEquals(2, run("--port", "0", "--dir", desk.dir.toString()));
      assertEquals(
          "desk: " + dir + " is in use by another desk" + System.lineSeparator(), errors());
    }
  }

  @Test
  void wrongArgumentsAreOneLine() {
    List<List<String>> wrong =
        List.of(
            List.of("--prot", "1"),
            List.of("two\nlines"),
            List.of("--port"),
            List.of("--port", "70000"),
            List.of("--port", "http"),
            List.of("--port", "1", "--port", "2"),
            List.of("--max-size", "much"),
            List.of("--max-size", "0"),
            List.of("--grace", "soon"),
            List.of("--grace", "-5s"));
    wrong.forEach(args -> assertEquals(2, run(args.toArray(String[]::new)), args::toString));
    assertEquals(wrong.size(), errors().lines().count(), errors());
    assertTrue(errors().lines().allMatch(line -> line.endsWith("; --help tells what is possible")));
  }

  @Test
  void helpTellsWhatCanBeChosen() {
    assertEquals(0, run("--help"));
    String help = out.toString(StandardCharsets.UTF_8);
    for (String option : new String[] {"--port", "--dir", "--max-size", "--grace"}) {
      assertTrue(help.contains(option), help);
    }
  }

  @Test
  void aDeskSaysWhereItIsAndWhatToTry() {
    try (RunningDesk desk = new RunningDesk(dir)) {
      Main.announce(desk.context, new PrintStream(out, true, StandardCharsets.UTF_8));
      String said = out.toString(StandardCharsets.UTF_8);
      assertTrue(said.contains("at http://localhost:" + desk.port + "/files"), said);
      assertEquals(4, said.lines().filter(line -> line.startsWith("  curl ")).count(), said);
    }
  }
}
