package dev.offload.examples.mailbox.client

import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.withTimeoutOrNull
import tools.jackson.databind.JsonNode
import java.io.EOFException
import java.io.IOException
import java.net.SocketAddress
import java.util.concurrent.CancellationException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.TimeSource

/**
 * A JSON-RPC 2.0 client over one TCP connection. Any number of calls are under way at a time; answers may come in any
 * order, twice, late, or not at all.
 *
 * It does not connect anew: when the connection is lost, so is what was on its way, and only the caller knows whether
 * that may be asked again.
 *
 * May be used by any number of coroutines.
 */
internal class RpcClient private constructor(private val connection: Connection, remembered: Int) : AutoCloseable {
    private val mailbox = Mailbox(remembered)
    private val end: Deferred<Throwable> =
        CoroutineScope(Dispatchers.IO).async {
            connection.run { frame -> mailbox.take(RpcCodec.read(frame)) }.also(mailbox::close)
        }

    /** How many requests were written. */
    val sent: Long get() = connection.sent

    /** What became of the server's answers. */
    val counts: AnswerCounts get() = mailbox.counts

    /** How many calls wait for their answer. */
    val waiting: Int get() = mailbox.waiting

    /** How many did when there were most of them. */
    val mostWaiting: Long get() = mailbox.mostWaiting

    /**
     * Asks the server and waits for its answer, for at most [timeout], sending included.
     *
     * This function is cancellable. If the caller is cancelled, the request may have been sent, and its answer, if there
     * is one, is counted and reaches nobody.
     *
     * @return the result
     * @throws RpcErrorException if the server answers with an error
     * @throws InvalidAnswerException if the server answers with what is no answer
     * @throws RpcTimeoutException if there is no answer in time
     * @throws ConnectionLostException if the connection is lost before the answer comes, or was before
     * @throws CancellationException if the caller is cancelled
     */
    suspend fun call(method: String, params: JsonNode, timeout: Duration): JsonNode {
        val id = mailbox.nextId()
        val request = RpcCodec.request(id, method, params)
        return when (val answer = exchange(id, request, timeout)) {
            is RpcAnswer.Result -> answer.value
            is RpcAnswer.Error -> throw RpcErrorException(answer.code, answer.message, answer.data)
        }
    }

    private suspend fun exchange(id: Long, request: ByteArray, timeout: Duration): RpcAnswer {
        val deadline = TimeSource.Monotonic.markNow() + timeout
        try {
            mailbox.subscribe(id).use { answer ->
                // first, so that no answer is faster
                withTimeoutOrNull(timeout) { connection.send(request) } ?: throw RpcTimeoutException(timeout)
                val left = -deadline.elapsedNow()
                return answer.await(left.coerceAtLeast(1.nanoseconds))
            }
        } catch (_: OffloadTimeoutException) {
            throw RpcTimeoutException(timeout)
        } catch (e: WaitMapClosedException) {
            throw ConnectionLostException(e.cause)
        }
    }

    /**
     * Ends in order: sends what was asked, tells the server that there is no more, and reads on until it hangs up. If
     * that takes longer than [limit], the connection is closed. The counts are final then.
     *
     * @return whether the server did so in time, so that nothing on its way was lost
     */
    suspend fun finish(limit: Duration): Boolean {
        connection.finishSending()
        val inTime = withTimeoutOrNull(limit) { end.join() } != null
        close()
        return end.await() is EOFException && inTime
    }

    /** Closes the connection at once, which fails all calls. Idempotent. */
    override fun close() {
        val why = IOException("the client was closed")
        mailbox.close(why)
        connection.close(why)
    }

    companion object {
        /** Far more than an answer takes. */
        const val MAX_FRAME = 1024 * 1024

        private const val REMEMBERED = 10_000

        /**
         * Connects to [address].
         *
         * @param maxFrame how many bytes an answer may have; a longer one ends the connection
         * @param remembered how many requests that have ended are known, so that an answer to one is late, or a duplicate
         * @throws IOException if nobody answers there
         */
        suspend fun connect(
            address: SocketAddress,
            maxFrame: Int = MAX_FRAME,
            remembered: Int = REMEMBERED,
        ): RpcClient = RpcClient(Connection.open(address, maxFrame), remembered)
    }
}
