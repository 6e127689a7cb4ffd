package dev.offload.examples.replay

import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Replays one log against one origin in different ways. */
internal class Comparison(
    private val log: AccessLog,
    private val workers: Int,
    private val origin: Origin,
    private val progress: Progress,
) {
    private val client = HttpPages(origin, workers)

    /**
     * Makes one request, to find out whether the origin answers, be it with an error.
     *
     * @throws UserException if it does not
     */
    suspend fun checkOrigin() {
        try {
            withTimeoutOrNull(CHECK_LIMIT) { client.load("/") } ?: throw unreachable("no answer within $CHECK_LIMIT")
        } catch (_: HttpPages.BadStatusException) {
            // An answer all the same.
        } catch (e: IOException) {
            throw unreachable(e.describe())
        }
    }

    private fun unreachable(why: String) = UserException("cannot reach the origin ${origin.url}: $why")

    /**
     * Makes a number of [requests] both ways, of an origin of its own, so that not only the first pass pays for the
     * loading and compiling of classes.
     */
    suspend fun warmUp(requests: Int) {
        EmbeddedOrigin.start(Duration.ZERO, failureRate = 0.0).use { other ->
            val few = log.withRequests(requests)
            val pages = HttpPages(other, workers)
            val manager = OffloadManager()
            Replay(few, workers).run(SharedPages(manager, pages))
            manager.shutdown(GRACE)
            Replay(few, workers).run(pages)
        }
    }

    /** One pass in which requests share loads through a manager. */
    suspend fun withOffload(): SharedPass {
        val manager = OffloadManager()
        val pass = pass("with offload") { SharedPages(manager, it) }
        val shutdown = manager.shutdown(GRACE)
        return SharedPass(pass, manager.snapshot(), shutdown)
    }

    /** One pass in which each request is a load. */
    suspend fun without(): Pass = pass("without") { it }

    private suspend fun pass(label: String, through: (Pages) -> Pages): Pass {
        val handledBefore = origin.handled
        val loads = LoadCounter(client)
        val replay = Replay(log, workers)
        val calls = progress.follow(label, log.requests, replay::done) { replay.run(through(loads)) }
        val handled = handledBefore?.let { before -> origin.handled?.minus(before) }
        return Pass(calls, loads, handled)
    }

    private companion object {
        val CHECK_LIMIT = 5.seconds

        /** How long jobs may need to end after the last caller has its answer; they need next to nothing. */
        val GRACE = 5.seconds
    }
}
