package dev.offload.benchmarks.request

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.slf4j.MDCContext
import java.util.concurrent.ConcurrentHashMap

/**
 * By coroutines, as one writes it at first: a map of deferreds, semaphores, `withTimeout`. A load that nobody waits for any
 * more goes on, and one part that fails cancels the others.
 */
internal class RequestsByHand : Requests {
    private val server = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val limits = Limits()
    private val users = ConcurrentHashMap<Int, Deferred<Int>>()
    private val prices = ConcurrentHashMap<Int, Deferred<Int>>()

    override fun accept(id: Int, done: Runnable) {
        val mdc = MDCContext(Requests.logContext(id))
        server.launch(mdc) {
            serve(id, mdc)
            done.run()
        }
    }

    private suspend fun serve(id: Int, mdc: MDCContext): Int = coroutineScope {
        val user = shared(users, id % Requests.SHARED_IDS, mdc) { limits.user.within { part(id) } }
        val prices = shared(prices, id % Requests.SHARED_IDS, mdc) { limits.prices.within { part(id) } }
        val history = async { limits.history.within { part(id) } }
        val cart = async { limits.cart.within { part(id) } }
        server.launch(mdc) { limits.audit.within { part(id) } }
        user.await() + prices.await() + history.await() + cart.await()
    }

    private fun shared(
        flights: ConcurrentHashMap<Int, Deferred<Int>>,
        id: Int,
        mdc: MDCContext,
        load: suspend () -> Int,
    ): Deferred<Int> {
        val flight = flights.computeIfAbsent(id) { server.async(mdc, CoroutineStart.LAZY) { load() } }
        if (flight.start()) flight.invokeOnCompletion { flights.remove(id, flight) }
        return flight
    }
}
