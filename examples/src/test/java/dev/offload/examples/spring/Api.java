package dev.offload.examples.spring;

import java.io.IOException;

/** Something slow, elsewhere. */
interface Api {
  User user(int id) throws IOException, InterruptedException;

  String history(int id) throws IOException, InterruptedException;
}
