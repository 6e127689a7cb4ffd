/**
 * Measurements that decided what the object behind a job is; the decision is in {@code docs/adr}.
 *
 * <p>The candidates share {@link dev.offload.benchmarks.spike.MiniCell}, so what differs between
 * them is only what runs the body. They are lower bounds: each leaves out what its comment says.
 */
@NullMarked
package dev.offload.benchmarks.spike;

import org.jspecify.annotations.NullMarked;
