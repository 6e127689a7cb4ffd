/** What applications implement to observe jobs: metrics, tracing, tests. */
@NullMarked
package dev.offload.spi;

import org.jspecify.annotations.NullMarked;
