package dev.offload.examples.mailbox

import kotlin.time.Duration

/**
 * What the user chose, checked.
 *
 * @property requests how many requests to make
 * @property inFlight how many of them may wait for their answer at a time
 * @property timeout how long each of them waits
 * @property seed what the server's faults are drawn from
 * @property disconnectAfter after how many requests the server hangs up; null for never
 */
internal data class Settings(
    val requests: Int,
    val inFlight: Int,
    val timeout: Duration,
    val seed: Long,
    val disconnectAfter: Int?,
) {
    companion object {
        const val MAX_REQUESTS = 5_000_000
        const val MAX_IN_FLIGHT = 100_000
    }
}
