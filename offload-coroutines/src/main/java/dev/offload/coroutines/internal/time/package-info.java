/**
 * Time limits: setting and cancelling them, and the clock that fires them.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.time.OffloadTimer} (the interface of a
 * clock), {@link dev.offload.coroutines.internal.time.SystemTimer} (real time: when the clock
 * sleeps, wakes and ends), {@link dev.offload.coroutines.internal.time.TimerQueue} (what all
 * threads share with it), {@link dev.offload.coroutines.internal.time.TimerEntry} (the states of
 * one limit), {@link dev.offload.coroutines.internal.time.TimerWheel} (the order, accessed only by
 * the clock).
 *
 * <p>Uses the threads, and nothing else of the library. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.time;

import org.jspecify.annotations.NullMarked;
