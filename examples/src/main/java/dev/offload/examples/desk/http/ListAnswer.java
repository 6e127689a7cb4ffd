package dev.offload.examples.desk.http;

import dev.offload.examples.desk.files.FileStatus;
import java.util.List;

/** How many files there are in a state, and which. */
record ListAnswer(long count, List<FileStatus> files) {}
