/** A request as a server has it, by the library and by hand. */
@NullMarked
package dev.offload.benchmarks.request;

import org.jspecify.annotations.NullMarked;
