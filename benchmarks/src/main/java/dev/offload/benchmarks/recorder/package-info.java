/** Remembering how tasks ended. */
@NullMarked
package dev.offload.benchmarks.recorder;

import org.jspecify.annotations.NullMarked;
