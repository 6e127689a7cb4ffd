package dev.offload.examples.desk.http;

/** There is no list of what does not exist. */
final class NotListedException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
