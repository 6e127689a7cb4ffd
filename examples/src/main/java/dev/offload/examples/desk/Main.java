package dev.offload.examples.desk;

import java.io.PrintStream;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Runs the upload desk until it is asked to end:
 *
 * <pre>
 * examples/run desk
 * </pre>
 */
public final class Main {
  /** Something is wrong with an argument, or with what it names. */
  static final int USAGE = 2;

  private Main() {}

  /**
   * Starts the desk.
   *
   * @param args {@code --help} tells what is possible
   */
  public static void main(String[] args) {
    int code = run(args, System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  /** Answers the exit code; 0 once the desk is open. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    Arguments arguments = new Arguments();
    CommandLine commandLine = arguments.commandLine();
    try {
      commandLine.parseArgs(args);
      if (arguments.help) {
        commandLine.usage(out);
        return 0;
      }
      announce(open(arguments.toSpring()), out);
      return 0;
    } catch (ParameterException e) {
      String mistake = String.valueOf(e.getMessage()).lines().collect(Collectors.joining(" "));
      err.println("desk: " + mistake + "; --help tells what is possible");
      return USAGE;
    } catch (RuntimeException e) {
      Optional<String> mistake = StartFailure.describe(e);
      if (mistake.isEmpty()) {
        throw e;
      }
      err.println("desk: " + mistake.get());
      return USAGE;
    }
  }

  static ConfigurableApplicationContext open(String... properties) {
    return new SpringApplication(DeskApplication.class).run(properties);
  }

  /** Says where the desk is, and what to try. */
  static void announce(ConfigurableApplicationContext desk, PrintStream out) {
    String port = desk.getEnvironment().getRequiredProperty("local.server.port");
    String files = "http://localhost:" + port + "/files";
    String dir = desk.getEnvironment().getRequiredProperty("desk.dir");
    out.println("desk: at " + files + ", keeps files in " + dir + "; Ctrl-C stops it. Try:");
    out.println("  curl --data-binary @README.md " + files);
    out.println("  curl " + files + "/$(sha256sum < README.md | cut -c1-64)/content");
    out.println("  curl '" + files + "?state=SUCCEEDED'");
    out.println("  curl -X DELETE " + files + "/$(sha256sum < README.md | cut -c1-64)");
  }
}
