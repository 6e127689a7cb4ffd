package dev.offload.examples.mailbox.run

import dev.offload.examples.mailbox.Settings
import dev.offload.examples.mailbox.client.AnswerCounts
import dev.offload.examples.mailbox.client.ConnectionLostException
import dev.offload.examples.mailbox.client.RpcClient
import dev.offload.examples.mailbox.server.Faults
import dev.offload.examples.mailbox.server.FaultyServer
import dev.offload.examples.mailbox.server.ServerCounts
import dev.offload.examples.program.Progress
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/**
 * One run, seen from three sides, when all is at rest.
 *
 * @property ledger what the callers saw
 * @property answers what the client did with the server's answers
 * @property sent how many requests the client wrote
 * @property waiting how many calls still wait in the client; none, if all is well
 * @property mostWaiting how many waited when there were most of them
 * @property server what the server says that it did
 * @property isWhole whether the connection ended in order, so that nothing on its way was lost
 * @property loss what the callers were told who lost the connection; null if none did
 * @property time from the first request to the last end of one
 */
internal class Exchange(
    val settings: Settings,
    val ledger: Ledger,
    val answers: AnswerCounts,
    val sent: Long,
    val waiting: Int,
    val mostWaiting: Long,
    val server: ServerCounts,
    val isWhole: Boolean,
    val loss: ConnectionLostException?,
    val time: Duration,
)

/** How long the server may take beyond its longest delay to send what it has left. */
private val GRACE = 5.seconds

/**
 * How many requests end, for each that is under way at a time, until the last late answer to one of them: it comes half a
 * time-out after that, in which a request takes an eighth of it on average. Twice that.
 */
private const val REMEMBERED = 8

/**
 * Makes all requests of a server of its own.
 *
 * @param awaitStop suspends until the client is to be closed before its time
 */
internal suspend fun exchange(settings: Settings, progress: Progress, awaitStop: suspend () -> Unit): Exchange =
    coroutineScope {
        FaultyServer(Faults(settings.seed, settings.timeout), settings.disconnectAfter).use { server ->
            RpcClient.connect(server.address, remembered = REMEMBERED * settings.inFlight).use { client ->
                val stopper =
                    launch {
                        awaitStop()
                        client.close()
                    }
                val ledger = Ledger(settings.requests)
                val callers = Callers(client, ledger, settings.inFlight, settings.timeout)
                val time = measureTime { progress.follow("mailbox", settings.requests, ledger::done) { callers.run() } }
                val isWhole = client.finish(settings.timeout + GRACE)
                stopper.cancel()
                server.close() // before its counts are read
                Exchange(
                    settings, ledger, client.counts, client.sent, client.waiting, client.mostWaiting, server.counts,
                    isWhole = isWhole && !server.counts.hungUp, callers.loss, time,
                )
            }
        }
    }
