/**
 * Time limits: who sets one, who takes it back, and the clock that lets it fire.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.time.OffloadTimer} (what a clock is
 * asked), {@link dev.offload.coroutines.internal.time.SystemTimer} (real time: when the clock
 * sleeps, wakes and goes), {@link dev.offload.coroutines.internal.time.TimerQueue} (what all
 * threads share with it), {@link dev.offload.coroutines.internal.time.TimerEntry} (the states of
 * one limit), {@link dev.offload.coroutines.internal.time.TimerWheel} (the order, which is the
 * clock's alone).
 *
 * <p>Uses the threads, and nothing else of the library. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.time;

import org.jspecify.annotations.NullMarked;
