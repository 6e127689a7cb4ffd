package dev.offload.examples.desk.files;

import dev.offload.TaskState;

/** How far a file has come: what the recorder knows, and what the disk says to it. */
public enum FileState {
  /** Nobody brought it, or it was deleted. */
  NOT_FOUND,
  /** It is being stored. */
  WORKING,
  /** It is stored. */
  SUCCEEDED,
  /** It could not be stored. */
  FAILED,
  /** It was stored, and is not there any more as it was. To bring it again mends that. */
  MISSING;

  static FileState of(TaskState recorded) {
    return switch (recorded) {
      case NOT_FOUND -> NOT_FOUND;
      case WORKING -> WORKING;
      case SUCCEEDED -> SUCCEEDED;
      case FAILED -> FAILED;
    };
  }
}
