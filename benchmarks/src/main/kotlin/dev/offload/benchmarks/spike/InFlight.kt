package dev.offload.benchmarks.spike

import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.awaitCancellation

/** A manager with one job in flight, held by one caller, so that those who come and go do not end it. */
class InFlight(id: String) {
    private val kind = OffloadKind.named<Any?>("spike")
    private val manager = OffloadManager()
    private val block: Block = { awaitCancellation() }

    /** The key of the job, the very object. */
    val key: OffloadKey.Keyed<Any?> = kind.key(id)

    init {
        manager.share(key, block = block)
    }

    /** Joins the job; the lease is left behind, which costs the job no more than a count. */
    fun join(key: OffloadKey.Keyed<Any?>) = manager.share(key, block = block)

    /** Joins the job and leaves again. */
    fun joinAndLeave(key: OffloadKey.Keyed<Any?>): Boolean = manager.share(key, block = block).cancel()

    /** A new key, equal to that of the job if the id is. */
    fun newKey(id: String): OffloadKey.Keyed<Any?> = kind.key(id)

    /** Ends the job. */
    fun close() = manager.cancel()
}
