package dev.offload.examples.readme

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CompletableDeferred
import kotlin.time.Duration.Companion.seconds

val loadPage = OffloadKind.named<String, String>("page.load")

suspend fun main() {
    val manager = OffloadManager()
    val bothHaveAsked = CompletableDeferred<Unit>()

    suspend fun slowLoad(): String {
        bothHaveAsked.await()
        println("loading")
        return "a page"
    }

    val first = manager.share(loadPage.key("/")) { slowLoad() }
    val second = manager.share(loadPage.key("/")) { slowLoad() } // joins the first
    bothHaveAsked.complete(Unit)
    println("${first.await()}, ${second.await()}")
    manager.shutdown(10.seconds)
}
