package dev.offload.contract.face

import dev.offload.contract.fixture.Outcome
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.util.concurrent.CompletableFuture

/** Those who wait, outside of bodies. They begin at once, in the thread that asks for it. */
internal object Callers {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Unconfined)

    fun <T> start(question: suspend () -> T): CompletableFuture<T> {
        val told = Told<T>()
        told.caller =
            scope.launch(start = CoroutineStart.UNDISPATCHED) {
                try {
                    told.complete(question())
                } catch (e: Throwable) {
                    told.completeExceptionally(e)
                }
            }
        return told
    }
}

/** What a caller is told, and not before: who cancels it cancels the caller, who may have been told something already. */
private class Told<T> : CompletableFuture<T>() {
    lateinit var caller: Job

    override fun cancel(mayInterruptIfRunning: Boolean): Boolean {
        caller.cancel()
        return isCancelled
    }
}

/** What [question] is told; a cancellation of its own is no answer. */
private suspend fun <T : Any> outcome(question: suspend () -> T?): Outcome<T> = try {
    Outcome<T>(question(), null)
} catch (e: CancellationException) {
    currentCoroutineContext().ensureActive()
    Outcome<T>(null, e)
} catch (e: Throwable) {
    Outcome<T>(null, e.original())
}

/** What a body threw, if this is a copy of it that the coroutine library made to show where the caller was. */
private fun Throwable.original() = runCatching { cause?.takeIf { it.javaClass == javaClass } }.getOrNull() ?: this

/** A call that suspends as a [Wait]. */
internal class KotlinWait<T : Any>(private val question: suspend () -> T?) : Wait<T> {
    suspend fun told(): Outcome<T> = outcome(question)

    override fun block(): Outcome<T> = runBlocking { told() }

    override fun start(): CompletableFuture<Outcome<T>> = Callers.start { told() }
}
