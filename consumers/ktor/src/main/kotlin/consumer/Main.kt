package consumer

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.find
import io.ktor.client.HttpClient
import io.ktor.client.request.get
import io.ktor.client.statement.bodyAsText
import io.ktor.server.cio.CIO
import io.ktor.server.engine.embeddedServer
import io.ktor.server.response.respondText
import io.ktor.server.routing.get
import io.ktor.server.routing.routing
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

private val load = OffloadKind.named<String, String>("page.load")

private const val CALLERS = 50

/** A service: requests for one page share one load. Prints the versions it ran with. */
suspend fun main() {
    val manager = OffloadManager()
    val loads = AtomicInteger()
    val asked = CompletableDeferred<Unit>()
    val server = embeddedServer(CIO, port = 0) {
        routing {
            get("/page/{id}") {
                val id = call.parameters["id"].orEmpty()
                val page = manager.call(load.key(id)) {
                    loads.incrementAndGet()
                    asked.await()
                    "page $id"
                }
                call.respondText(page)
            }
        }
    }.start()
    val port = server.engine.resolvedConnectors().first().port
    HttpClient(io.ktor.client.engine.cio.CIO).use { client ->
        coroutineScope {
            val answers = List(CALLERS) { async { client.get("http://localhost:$port/page/1").bodyAsText() } }
            while (manager.find(load.key("1"))?.leases()?.toInt() != CALLERS) yield()
            asked.complete(Unit)
            check(answers.awaitAll().all { it == "page 1" })
        }
    }
    check(loads.get() == 1) { "${loads.get()} loads" }
    server.stop()
    check(manager.shutdown(1.seconds, 1.seconds).isClean)
    println("ran with Kotlin ${KotlinVersion.CURRENT}, coroutines ${coroutines()}")
}

private fun coroutines(): String = Job::class.java
    .getResource("/META-INF/kotlinx_coroutines_core.version")!!
    .readText()
    .trim()
