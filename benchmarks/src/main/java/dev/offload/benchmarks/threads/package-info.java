/** The same work by one thread and by several at a time, on one manager. */
@NullMarked
package dev.offload.benchmarks.threads;

import org.jspecify.annotations.NullMarked;
