/**
 * The same work with a thousand, ten thousand and a hundred thousand elements: what one of them
 * costs should not depend on how many there are.
 */
@NullMarked
package dev.offload.benchmarks.growth;

import org.jspecify.annotations.NullMarked;
