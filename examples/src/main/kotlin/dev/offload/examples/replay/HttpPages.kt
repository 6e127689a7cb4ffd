package dev.offload.examples.replay

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.runInterruptible
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/**
 * Loads pages from an origin over HTTP 1.1, at most [parallelism] at a time, without a proxy and without following
 * redirects: what is measured is this origin. Its threads are those of [Dispatchers.IO], so it needs no closing.
 *
 * A load blocks a thread, on purpose: before JDK 25, and on a machine of two cores, [HttpClient.sendAsync] starts a new
 * thread for each answer, and a good part of the time goes into that. The executor is given for a like reason: the
 * client's own grows with each burst of answers.
 */
internal class HttpPages(private val origin: Origin, parallelism: Int) : Pages {
    private val blocking = Dispatchers.IO.limitedParallelism(parallelism)
    private val client =
        HttpClient
            .newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(Dispatchers.IO.limitedParallelism(Runtime.getRuntime().availableProcessors()).asExecutor())
            .connectTimeout(CONNECT_TIMEOUT)
            .build()

    override suspend fun load(path: String): Page {
        // Put behind each other and not resolved: a path such as //host/x must not lead to that host.
        val request = HttpRequest.newBuilder(URI.create(origin.url + path)).timeout(ANSWER_TIMEOUT).build()
        val status = runInterruptible(blocking) { client.send(request, BodyHandlers.discarding()).statusCode() }
        if (status >= SERVER_ERROR) throw BadStatusException(status)
        return Page(status)
    }

    /** The origin answered that it cannot. */
    class BadStatusException(status: Int) : IOException("the origin answered $status")

    private companion object {
        const val SERVER_ERROR = 500
        val CONNECT_TIMEOUT = 3.seconds.toJavaDuration()
        val ANSWER_TIMEOUT = 30.seconds.toJavaDuration()
    }
}
