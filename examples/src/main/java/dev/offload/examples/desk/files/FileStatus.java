package dev.offload.examples.desk.files;

import dev.offload.TaskState;
import org.jspecify.annotations.Nullable;

/**
 * How far a file has come.
 *
 * @param id of the file
 * @param state what the recorder knows
 * @param cause why it is not stored, if that has failed
 */
public record FileStatus(FileId id, TaskState state, @Nullable String cause) {}
