package dev.offload.async;

/** An exception of a body, the own methods of which throw. */
final class HostileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  HostileException() {
    super("never seen");
  }

  @Override
  public String getMessage() {
    throw new IllegalStateException("no message");
  }

  @Override
  public String toString() {
    throw new IllegalStateException("no text");
  }

  @Override
  public synchronized Throwable getCause() {
    throw new IllegalStateException("no cause");
  }

  @Override
  public StackTraceElement[] getStackTrace() {
    throw new IllegalStateException("no stack trace");
  }
}
