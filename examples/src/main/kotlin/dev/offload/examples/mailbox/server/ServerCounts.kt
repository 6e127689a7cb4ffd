package dev.offload.examples.mailbox.server

import java.util.concurrent.atomic.AtomicLongArray

/** The server's own account of what it did. Written by the server's threads, one after the other or each its own part. */
internal class ServerCounts {
    private val written = AtomicLongArray(Purpose.entries.size)

    /** Requests read. */
    @Volatile var received = 0L

    /** Requests that are never answered. */
    @Volatile var dropped = 0L

    /** Requests whose answer was not sent yet when the connection ended. */
    @Volatile var cutOff = 0L

    /** Whether the server hung up in the middle. */
    @Volatile var hungUp = false

    fun wrote(purpose: Purpose) {
        written.incrementAndGet(purpose.ordinal)
    }

    /** How many frames were sent for [purpose]; a connection that is lost may have lost the last of them. */
    fun written(purpose: Purpose): Long = written[purpose.ordinal]
}
