package dev.offload.examples.desk.files;

/** What became of a file that was brought to the desk. */
public enum Receipt {
  /** It is being stored. */
  ACCEPTED,
  /** The same file was brought before, and is being stored; this one was not needed. */
  BEING_STORED,
  /** The same file was brought before, and is stored; this one was not needed. */
  STORED_ALREADY
}
