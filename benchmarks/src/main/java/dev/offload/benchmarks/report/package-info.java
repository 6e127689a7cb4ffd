/** Turns results of JMH into {@code docs/benchmarks.md} and its plots. */
@NullMarked
package dev.offload.benchmarks.report;

import org.jspecify.annotations.NullMarked;
