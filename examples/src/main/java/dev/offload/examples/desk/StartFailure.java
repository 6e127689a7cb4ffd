package dev.offload.examples.desk;

import dev.offload.examples.desk.files.DirectoryException;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.web.server.PortInUseException;

/** Tells mistakes of the user from those of the program. */
final class StartFailure {
  private StartFailure() {}

  /** Says in one line what the user can mend, if it is that. */
  static Optional<String> describe(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
        .flatMap(cause -> known(cause).stream())
        .findFirst();
  }

  private static Optional<String> known(Throwable cause) {
    if (cause instanceof PortInUseException inUse) {
      return Optional.of("port " + inUse.getPort() + " is in use; --port chooses another");
    }
    if (cause instanceof DirectoryException directory) {
      return Optional.ofNullable(directory.getMessage());
    }
    if (cause instanceof ConfigurationPropertiesBindException properties) {
      return Optional.of("a property cannot be used: " + root(properties).getMessage());
    }
    return Optional.empty();
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : root(cause);
  }
}
