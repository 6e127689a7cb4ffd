package dev.offload.examples.desk.files;

import org.jspecify.annotations.Nullable;

/**
 * How far a file has come.
 *
 * @param id of the file
 * @param state of it
 * @param cause why it is not stored, if that has failed; what is wrong with it, if it is missing
 */
public record FileStatus(FileId id, FileState state, @Nullable String cause) {}
