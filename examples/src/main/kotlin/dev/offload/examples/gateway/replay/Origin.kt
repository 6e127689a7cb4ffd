package dev.offload.examples.gateway.replay

import java.net.URI

/** The server that is asked for pages. */
internal interface Origin : AutoCloseable {
    /** What a path of the log, which begins with a slash, is put behind. */
    val url: String

    /** How many requests it has handled so far; null if it does not tell. */
    val handled: Long?

    /** Names it in the report. */
    override fun toString(): String
}

/** A server of the user. */
internal class RemoteOrigin(given: URI) : Origin {
    override val url: String = given.toString().trimEnd('/')

    override val handled: Long? get() = null

    override fun toString(): String = url

    override fun close() = Unit
}
