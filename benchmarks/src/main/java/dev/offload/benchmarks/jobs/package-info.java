/** Jobs: submitted, awaited, joined, many at a time. */
@NullMarked
package dev.offload.benchmarks.jobs;

import org.jspecify.annotations.NullMarked;
