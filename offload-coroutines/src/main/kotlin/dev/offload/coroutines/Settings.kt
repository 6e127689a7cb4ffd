package dev.offload.coroutines

import dev.offload.AbandonPolicy
import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.TimeoutPolicy
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Builds settings: `OffloadConfig { timeout(TimeoutPolicy(cancelAfter = 30.seconds)) }`.
 *
 * @param block sets what differs from the defaults
 * @since 0.1
 */
@JvmSynthetic
public fun OffloadConfig(block: OffloadConfig.Builder.() -> Unit): OffloadConfig =
    OffloadConfig.builder().apply(block).build()

/**
 * Creates time limits for a job; see [TimeoutPolicy].
 *
 * @param startWithin cancels a job whose body has not started this long after it was accepted; null for never
 * @param warnAfter reports a body that has run this long; null for never
 * @param cancelAfter cancels a body that has run this long; null for never
 * @throws IllegalArgumentException if a duration is not longer than zero or longer than a `Long` of nanoseconds can
 *   hold, or if [warnAfter] is not shorter than [cancelAfter]
 * @since 0.1
 */
@JvmSynthetic
public fun TimeoutPolicy(
    startWithin: Duration? = null,
    warnAfter: Duration? = null,
    cancelAfter: Duration? = null,
): TimeoutPolicy =
    TimeoutPolicy(startWithin?.toJavaDuration(), warnAfter?.toJavaDuration(), cancelAfter?.toJavaDuration())

/**
 * Creates the settings of a kind; a null setting follows the manager's default. See [KindPolicy].
 *
 * @param concurrency how many jobs of the kind may run and be queued, in the whole manager
 * @param timeout how long a body may run
 * @param conflict what a `submit` does when its key is in flight
 * @param abandon what happens to a shared job when its last holder leaves
 * @since 0.1
 */
@JvmSynthetic
public fun KindPolicy(
    concurrency: ConcurrencyLimit? = null,
    timeout: TimeoutPolicy? = null,
    conflict: ConflictPolicy? = null,
    abandon: AbandonPolicy? = null,
): KindPolicy = KindPolicy(conflict, timeout, abandon, concurrency)

/**
 * Limits how many jobs may run at a time and how many may be queued; see [ConcurrencyLimit].
 *
 * @param maxConcurrent how many bodies may run, at least 1
 * @param maxQueued how many accepted jobs may be queued; null for any number
 * @throws IllegalArgumentException if [maxConcurrent] is below 1 or [maxQueued] below 0
 * @since 0.1
 */
@JvmSynthetic
public fun ConcurrencyLimit(maxConcurrent: Int, maxQueued: Int? = null): ConcurrencyLimit =
    if (maxQueued == null) ConcurrencyLimit.of(maxConcurrent) else ConcurrencyLimit(maxConcurrent, maxQueued)

/**
 * Sets how long a cancelled body may take to end before it is reported; see [OffloadConfig.undyingReportAfter].
 *
 * @throws IllegalArgumentException if [time] is not longer than zero or longer than a `Long` of nanoseconds can hold
 * @since 0.1
 */
@JvmSynthetic
public fun OffloadConfig.Builder.undyingReportAfter(time: Duration): OffloadConfig.Builder =
    undyingReportAfter(time.toJavaDuration())

/**
 * Sets how long a submission waits for a cancelled body under its key; see [OffloadConfig.successorWait].
 *
 * @throws IllegalArgumentException as [undyingReportAfter]
 * @since 0.1
 */
@JvmSynthetic
public fun OffloadConfig.Builder.successorWait(time: Duration): OffloadConfig.Builder =
    successorWait(time.toJavaDuration())

/**
 * Sets how long a shutdown waits for cancelled bodies; see [OffloadConfig.shutdownKill].
 *
 * @throws IllegalArgumentException as the Java method
 * @since 0.1
 */
@JvmSynthetic
public fun OffloadConfig.Builder.shutdownKill(time: Duration): OffloadConfig.Builder =
    shutdownKill(time.toJavaDuration())

/**
 * Creates the policy that keeps a shared job running for a while after its last holder has left; see
 * [AbandonPolicy.linger].
 *
 * @param linger how long
 * @throws IllegalArgumentException if [linger] is not longer than zero or longer than a `Long` of nanoseconds can hold
 * @since 0.1
 */
@JvmSynthetic
public fun AbandonPolicy(linger: Duration): AbandonPolicy = AbandonPolicy.linger(linger.toJavaDuration())

/**
 * Sets how long the failure of a job of the manager may go unobserved before it is reported; see
 * [OffloadConfig.unobservedReportAfter].
 *
 * @throws IllegalArgumentException as [undyingReportAfter]
 * @since 0.1
 */
@JvmSynthetic
public fun OffloadConfig.Builder.unobservedReportAfter(time: Duration): OffloadConfig.Builder =
    unobservedReportAfter(time.toJavaDuration())
