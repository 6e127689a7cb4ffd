/** Runs the benchmarks beside their peers, in rounds. */
@NullMarked
package dev.offload.benchmarks.run;

import org.jspecify.annotations.NullMarked;
