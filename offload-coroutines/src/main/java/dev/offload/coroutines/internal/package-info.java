/**
 * The internals of the library, in rooms: one package each. A room uses only those below it:
 *
 * <pre>
 *   face                                   the Kotlin face
 *   caller                                 suspending callers
 *   body       recorder                    coroutine bodies; how tasks ended
 *   dispatch   job                         dispatchers; jobs, scopes and waits: one mechanism
 *              kinds       waitmap         kinds and their counts; the keyed wait map
 *              limits  report  time        permits; reports; clocks
 *              completion  threads         callbacks; threads for foreign code, the log
 * </pre>
 *
 * <p>From {@code job} and {@code recorder} down everything is plain Java without coroutines or
 * futures: it is tested on its own and serves both faces. Each room has a {@code package-info} like
 * this one, which gives its reading order.
 *
 * <p>Not public API: it may change in any release.
 */
@NullMarked
package dev.offload.coroutines.internal;

import org.jspecify.annotations.NullMarked;
