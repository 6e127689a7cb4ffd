package dev.offload.coroutines

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
 * Makes time limits for a job; see [TimeoutPolicy].
 *
 * @param startWithin cancels a job whose body has not begun this long after it was accepted; null for never
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
