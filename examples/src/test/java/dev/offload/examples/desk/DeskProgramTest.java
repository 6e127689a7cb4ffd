package dev.offload.examples.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertEquals(2, run("--prot", "1"));
    assertEquals(2, run("--port", "70000"));
    assertEquals(2, run("--max-size", "much"));
    assertEquals(2, run("--grace", "soon"));
    assertEquals(4, errors().lines().count(), errors());
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
      assertEquals(3, said.lines().filter(line -> line.startsWith("  curl ")).count(), said);
    }
  }
}
