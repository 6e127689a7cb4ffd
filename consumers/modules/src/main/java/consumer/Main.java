package consumer;

/** Prints the versions it ran with, if all went well. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    Exercise.run();
    System.out.println("ran with " + Versions.found());
  }
}
