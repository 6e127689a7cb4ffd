package dev.offload.examples.mailbox.client

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.BufferedOutputStream
import java.io.EOFException
import java.io.IOException
import java.net.Socket
import java.net.SocketAddress
import java.util.concurrent.atomic.AtomicReference
import java.util.concurrent.atomic.LongAdder

/**
 * Frames in and out over one TCP connection.
 *
 * Reading and writing block a thread each, and end when the socket is closed, by whoever finds the connection at its end
 * or is done with it. The first to do so says why.
 */
internal class Connection private constructor(private val socket: Socket, private val maxFrame: Int) {
    private val outbox = Channel<ByteArray>(OUTBOX)
    private val written = LongAdder()
    private val end = AtomicReference<Throwable?>()

    /** How many frames the socket was given. */
    val sent: Long get() = written.sum()

    /**
     * Hands [frame] over to be written; suspends while too many wait for that. If the connection has ended, it does
     * nothing: [run] tells.
     *
     * This function is cancellable. If it is cancelled, the frame may be written nevertheless.
     */
    suspend fun send(frame: ByteArray) {
        try {
            outbox.send(frame)
        } catch (_: ClosedSendChannelException) {
            // To whoever waits for an answer, the end of the connection is told with its reason.
        }
    }

    /** Lets what was sent be written, and then tells the server that there is no more. */
    fun finishSending() {
        outbox.close()
    }

    /** Ends the connection, because of [why] if it has not ended already. */
    fun close(why: Throwable) {
        end.compareAndSet(null, why)
        outbox.close()
        try {
            socket.close()
        } catch (_: IOException) {
            // It is of no use any more, one way or the other.
        }
    }

    /**
     * Writes what is sent and gives what is read to [onFrame], one frame after the other, until the connection ends.
     * To be called once.
     *
     * This function does not react to cancellation, but to [close].
     *
     * @return why it ended
     */
    suspend fun run(onFrame: (ByteArray) -> Unit): Throwable = coroutineScope {
        launch(Dispatchers.IO) { write() }
        withContext(Dispatchers.IO) { read(onFrame) }
        checkNotNull(end.get())
    }

    private fun read(onFrame: (ByteArray) -> Unit) {
        try {
            val frames = FrameReader(socket.getInputStream(), maxFrame)
            while (true) onFrame(frames.next() ?: break)
            close(EOFException("the server closed it"))
        } catch (e: Throwable) { // whatever ends the reading, nobody may wait for an answer any longer
            close(e)
        }
    }

    private suspend fun write() {
        try {
            val sink = BufferedOutputStream(socket.getOutputStream(), BUFFER)
            while (true) {
                sink.write(outbox.tryReceive().getOrNull() ?: nextAfterFlush(sink) ?: break)
                written.increment()
            }
            socket.shutdownOutput()
        } catch (e: Throwable) { // as above
            close(e)
        }
        // Who is suspended in send must not stay there.
        while (outbox.receiveCatching().isSuccess) continue
    }

    private suspend fun nextAfterFlush(sink: BufferedOutputStream): ByteArray? {
        sink.flush()
        return outbox.receiveCatching().getOrNull()
    }

    companion object {
        private const val OUTBOX = 1_024
        private const val CONNECT_MILLIS = 10_000
        private const val BUFFER = 64 * 1024

        /**
         * Connects.
         *
         * @throws IOException if nobody answers at [address]
         */
        suspend fun open(address: SocketAddress, maxFrame: Int): Connection = withContext(Dispatchers.IO) {
            val socket = Socket()
            try {
                socket.tcpNoDelay = true // frames are put together here, and then are not to wait
                socket.connect(address, CONNECT_MILLIS)
            } catch (e: IOException) {
                socket.close()
                throw e
            }
            Connection(socket, maxFrame)
        }
    }
}
