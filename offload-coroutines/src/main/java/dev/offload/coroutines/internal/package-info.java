/**
 * The inside of the library, in rooms. A room uses those below it, never one above:
 *
 * <pre>
 *   face                                   the Kotlin face
 *   caller                                 callers that suspend
 *   body       recorder                    bodies that are coroutines; how tasks ended
 *   dispatch   job                         dispatchers; jobs, scopes and waits: one mechanism
 *              kinds       waitmap         kinds and their counts; the keyed wait map
 *              limits  report  time        permits; reports; clocks
 *              completion  threads         callbacks; threads for foreign code, the log
 * </pre>
 *
 * <p>From {@code job} and {@code recorder} down all is plain Java without coroutines or futures: it
 * is checked by itself and serves both faces. Each room has a page like this one, which says where
 * to begin to read.
 *
 * <p>Not public API: it may change in any release.
 */
@NullMarked
package dev.offload.coroutines.internal;

import org.jspecify.annotations.NullMarked;
