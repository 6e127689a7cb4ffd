/** Waiting for a value by key. */
@NullMarked
package dev.offload.benchmarks.waitmap;

import org.jspecify.annotations.NullMarked;
