package dev.offload.examples.gateway.replay

import dev.offload.examples.gateway.http.CacheOutcome
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.runInterruptible
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/**
 * Gets pages over HTTP 1.1, at most [parallelism] at a time, without a proxy and without following redirects: what is
 * measured is the server at [url]. Its threads are those of [Dispatchers.IO], so it needs no closing.
 *
 * It blocks a thread per request, on purpose: before JDK 25, and on a machine of two cores, [HttpClient.sendAsync]
 * starts a new thread for each answer, and a good part of the time goes into that. The executor is given for a like
 * reason: the client's own grows with each burst of answers.
 */
internal class HttpPages(private val url: String, parallelism: Int) : Pages {
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
        val request = HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_TIMEOUT).build()
        val response = runInterruptible(blocking) { client.send(request, BodyHandlers.discarding()) }
        val outcome = response.headers().firstValue(CacheOutcome.HEADER).orElse(null)
        return Page(response.statusCode(), CacheOutcome.entries.find { it.name == outcome })
    }

    private companion object {
        val CONNECT_TIMEOUT = 3.seconds.toJavaDuration()
        val ANSWER_TIMEOUT = 30.seconds.toJavaDuration()
    }
}
