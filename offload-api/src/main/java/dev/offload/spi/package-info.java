/** What others implement to be told about jobs: metrics, tracing, tests. */
@NullMarked
package dev.offload.spi;

import org.jspecify.annotations.NullMarked;
