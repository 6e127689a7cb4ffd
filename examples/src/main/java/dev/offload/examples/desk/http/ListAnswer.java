package dev.offload.examples.desk.http;

import dev.offload.examples.desk.files.FileStatus;
import java.util.List;

/**
 * How many files there are in a state, and which. Those that are missing are in the number of the
 * stored ones: to know them one has to look at each.
 */
record ListAnswer(long count, List<FileStatus> files) {}
