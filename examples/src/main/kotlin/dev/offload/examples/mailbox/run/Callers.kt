package dev.offload.examples.mailbox.run

import dev.offload.examples.mailbox.client.ConnectionLostException
import dev.offload.examples.mailbox.client.InvalidAnswerException
import dev.offload.examples.mailbox.client.RpcClient
import dev.offload.examples.mailbox.client.RpcErrorException
import dev.offload.examples.mailbox.client.RpcTimeoutException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import tools.jackson.databind.node.JsonNodeFactory
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration
import kotlin.time.TimeSource

/** Make the requests: [inFlight] coroutines take one number after the other, and ask the server for an echo of it. */
internal class Callers(
    private val client: RpcClient,
    private val ledger: Ledger,
    private val inFlight: Int,
    private val timeout: Duration,
) {
    private val taken = AtomicInteger()
    private val firstLoss = AtomicReference<ConnectionLostException?>()

    /** What the first caller was told who lost the connection; null if none did. */
    val loss: ConnectionLostException? get() = firstLoss.get()

    /** Makes all requests, and returns when each of them has ended. To be called once. */
    suspend fun run() = withContext(Dispatchers.Default) {
        repeat(minOf(inFlight, ledger.requests)) { launch { work() } }
    }

    private suspend fun work() {
        while (true) {
            val number = taken.getAndIncrement()
            if (number >= ledger.requests) return
            val start = TimeSource.Monotonic.markNow()
            val ending = call(number)
            ledger.record(number, ending, start.elapsedNow())
        }
    }

    private suspend fun call(number: Int): Ending = try {
        val result = client.call("echo", JsonNodeFactory.instance.arrayNode().add(number), timeout)
        if (result.isInt && result.intValue() == number) Ending.ANSWERED else Ending.WRONG
    } catch (_: RpcErrorException) {
        Ending.ERROR
    } catch (_: InvalidAnswerException) {
        Ending.INVALID
    } catch (_: RpcTimeoutException) {
        Ending.TIMED_OUT
    } catch (e: ConnectionLostException) {
        firstLoss.compareAndSet(null, e)
        Ending.LOST
    }
}
