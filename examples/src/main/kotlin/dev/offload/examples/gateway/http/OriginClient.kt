package dev.offload.examples.gateway.http

import io.ktor.client.HttpClient
import io.ktor.client.engine.apache5.Apache5
import io.ktor.client.request.prepareRequest
import io.ktor.client.request.setBody
import io.ktor.client.statement.HttpResponse
import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.HttpProtocolVersion
import io.ktor.http.content.OutgoingContent
import io.ktor.http.encodedPath
import io.ktor.http.takeFrom
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import org.apache.hc.core5.http.config.Http1Config
import java.net.ConnectException
import kotlin.time.Duration

/**
 * A request to the origin.
 *
 * @property path with its query, exactly as it is to be sent
 */
internal class OriginRequest(
    val method: HttpMethod,
    val path: String,
    val headers: Headers,
    val body: OutgoingContent? = null,
)

/** Speaks to the origin. */
internal interface OriginClient {
    /**
     * Makes a request and calls [read] with the answer, whose body is read from the connection while it runs.
     *
     * This function is cancellable; the connection is closed then.
     *
     * @throws OriginException if there is no answer, or it breaks off
     */
    suspend fun <T> exchange(request: OriginRequest, read: suspend (HttpResponse) -> T): T
}

/** The origin did not do its part. */
internal sealed class OriginException(message: String, cause: Throwable?) : Exception(message, cause)

/** There was no answer, or half of one. */
internal class OriginFailedException(message: String, cause: Throwable? = null) : OriginException(message, cause)

/** There was no answer in time. */
internal class OriginTooSlowException(limit: Duration) : OriginException("no answer within $limit", null)

/**
 * Requests over HTTP 1.1, each on a connection of its own, so that one that hangs can be closed without anybody else
 * losing an answer. It follows no redirects, those are for the client, and has no limits of time, those are the caller's
 * business.
 *
 * The engine is Apache's, since it takes no half answer for a whole one: a body ends where its framing says so, or with
 * an exception; lengths that differ are refused; interim answers (1xx) are passed over.
 *
 * @param url what a path is put behind
 */
internal class HttpOriginClient(private val url: String) :
    OriginClient,
    AutoCloseable {
    private val client =
        HttpClient(Apache5) {
            expectSuccess = false
            followRedirects = false
            engine {
                socketTimeout = 0
                connectTimeout = 0
                connectionRequestTimeout = 0
                configureConnectionManager {
                    setMaxConnTotal(MAX_CONNECTIONS)
                    setMaxConnPerRoute(MAX_CONNECTIONS)
                }
                customizeClient {
                    // A request may have been understood although its answer broke off, so it is not made again.
                    disableAutomaticRetries()
                    setConnectionReuseStrategy { _, _, _ -> false }
                    setHttp1Config(
                        Http1Config
                            .custom()
                            .setMaxHeaderCount(MAX_HEADERS)
                            .setMaxLineLength(MAX_LINE)
                            .build(),
                    )
                }
            }
        }

    override suspend fun <T> exchange(request: OriginRequest, read: suspend (HttpResponse) -> T): T = try {
        client
            .prepareRequest {
                method = request.method
                url.takeFrom(this@HttpOriginClient.url)
                // Also the query, since parameters that are read and written again may come out in another order.
                url.trailingQuery = request.path.indexOf('?') == request.path.lastIndex
                url.encodedPath += if (url.trailingQuery) request.path.dropLast(1) else request.path
                headers.appendAll(request.headers)
                request.body?.let { setBody(it) }
            }.execute {
                // Its framing is not to be trusted (RFC 9112, 6.1).
                if (it.version == HttpProtocolVersion.HTTP_1_0 && HttpHeaders.TransferEncoding in it.headers) {
                    throw OriginFailedException("the origin has chunks in HTTP/1.0")
                }
                read(it)
            }
    } catch (e: CancellationException) {
        // The client's own cancellations are not ours: a connection that breaks may show as one.
        currentCoroutineContext().ensureActive()
        throw OriginFailedException("the connection to the origin broke", e)
    } catch (e: OriginException) {
        throw e
    } catch (e: ConnectException) {
        throw OriginFailedException("no connection to the origin", e)
    } catch (e: Exception) {
        throw OriginFailedException("the origin gave no answer", e)
    }

    override fun close() = client.close()

    private companion object {
        const val MAX_CONNECTIONS = 10_000

        /** More than any server sends; without a limit, an origin could fill the memory with headers. */
        const val MAX_HEADERS = 200
        const val MAX_LINE = 64 * 1024
    }
}
