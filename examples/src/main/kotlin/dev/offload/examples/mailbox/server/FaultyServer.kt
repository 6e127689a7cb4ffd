package dev.offload.examples.mailbox.server

import java.io.IOException
import java.io.OutputStream
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketAddress
import java.util.concurrent.DelayQueue
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread
import kotlin.time.Duration

/**
 * A JSON-RPC server on a loopback port that does to its one client what the network and other people's servers do:
 * answers out of order, late, twice or never, sends what nobody asked for, and hangs up in the middle.
 *
 * One thread reads, another one writes what is due. At the end of the requests the server sends what is still to be
 * sent, and closes the connection.
 *
 * @param hangUpAfter after how many requests to hang up, whatever is under way; null for never
 */
internal class FaultyServer(private val faults: Faults, private val hangUpAfter: Int?) : AutoCloseable {
    /** Final after [close]. */
    val counts = ServerCounts()

    private val listener = ServerSocket(0, 1, InetAddress.getLoopbackAddress())
    private val queue = DelayQueue<Outgoing>()
    private val queued = AtomicLong()

    @Volatile private var connection: Socket? = null
    private val reader = thread(isDaemon = true, name = "mailbox-server-reader") { serve() }

    val address: SocketAddress get() = InetSocketAddress(listener.inetAddress, listener.localPort)

    private fun serve() {
        try {
            listener.accept().use { socket ->
                connection = socket
                val writer = thread(isDaemon = true, name = "mailbox-server-writer") { write(socket) }
                read(socket)
                writer.join()
            }
        } catch (_: IOException) {
            // Closed before there was a client.
        }
        queue.forEach(::cutOff)
    }

    private fun read(socket: Socket) {
        var longest = Duration.ZERO
        try {
            val lines = socket.getInputStream().bufferedReader()
            while (true) {
                longest = maxOf(longest, handle(lines.readLine() ?: break))
                counts.received++
                if (counts.received == hangUpAfter?.toLong()) {
                    counts.hungUp = true
                    socket.close()
                    longest = Duration.ZERO
                    break
                }
            }
        } catch (_: IOException) {
            longest = Duration.ZERO // the client has gone
        } finally {
            send(longest, Purpose.END) // behind all that is still to be sent
        }
    }

    /** The longest time that something takes which is sent because of [line]. */
    private fun handle(line: String): Duration {
        val request = Frames.request(line)
        val fate = faults.fate(request.number)
        fate.noise?.let { send(Duration.ZERO, it, Frames.noise(it, request.number)) }
        if (fate.delays.isEmpty()) counts.dropped++
        val answer = Frames.answer(request, fate.form)
        val first = if (fate.form == Form.INVALID) Purpose.INVALID else Purpose.ANSWER
        fate.delays.forEachIndexed { i, delay -> send(delay, if (i == 0) first else Purpose.DUPLICATE, answer) }
        return fate.delays.maxOrNull() ?: Duration.ZERO
    }

    private fun send(delay: Duration, purpose: Purpose, frame: ByteArray = ByteArray(0)) {
        queue.put(Outgoing(delay, purpose, frame, queued.getAndIncrement()))
    }

    private fun write(socket: Socket) {
        try {
            val sink = socket.getOutputStream().buffered()
            while (true) {
                val next = queue.poll() ?: sink.flush().let { queue.take() }
                if (next.purpose == Purpose.END) return sink.flush()
                write(next, sink)
            }
        } catch (_: IOException) {
            // The connection is closed, by one side or the other.
        }
    }

    private fun write(next: Outgoing, sink: OutputStream) {
        try {
            sink.write(next.frame)
        } catch (e: IOException) {
            cutOff(next)
            throw e
        }
        counts.wrote(next.purpose)
    }

    private fun cutOff(unsent: Outgoing) {
        if (unsent.purpose == Purpose.ANSWER || unsent.purpose == Purpose.INVALID) counts.cutOff++
    }

    /** Hangs up if it has not, and waits until it is at rest. */
    override fun close() {
        listener.close()
        connection?.close()
        send(Duration.ZERO, Purpose.END)
        reader.join()
    }
}
