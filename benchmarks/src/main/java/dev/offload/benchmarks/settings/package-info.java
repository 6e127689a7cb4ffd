/** Jobs with what a manager can be set to do: limits, time limits, a listener, MDC. */
@NullMarked
package dev.offload.benchmarks.settings;

import org.jspecify.annotations.NullMarked;
