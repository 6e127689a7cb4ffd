package dev.offload.benchmarks.request

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.launch
import kotlinx.coroutines.slf4j.MDCContext
import kotlinx.coroutines.supervisorScope

/**
 * By coroutines, with the guarantees of the library that a request relies on: a load that nobody waits for any more is
 * cancelled, and never overtaken by the next one; one part that fails leaves the others alone. Still nobody can look a part
 * up, count what is in flight, or be told of a wait that has no end.
 */
internal class RequestsWithLeases : Requests {
    private val server = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val limits = Limits()
    private val users = SingleFlight<Int, Int>(server)
    private val prices = SingleFlight<Int, Int>(server)

    override fun accept(id: Int, done: Runnable) {
        val mdc = MDCContext(Requests.logContext(id))
        server.launch(mdc) {
            serve(id, mdc)
            done.run()
        }
    }

    private suspend fun serve(id: Int, mdc: MDCContext): Int {
        val user = users.lease(id % Requests.SHARED_IDS, mdc) { limits.user.within { part(id) } }
        try {
            val price = prices.lease(id % Requests.SHARED_IDS, mdc) { limits.prices.within { part(id) } }
            try {
                return supervisorScope {
                    val history = async { limits.history.within { part(id) } }
                    val cart = async { limits.cart.within { part(id) } }
                    server.launch(mdc) { limits.audit.within { part(id) } }
                    user.await() + price.await() + history.await() + cart.await()
                }
            } finally {
                prices.drop(price)
            }
        } finally {
            users.drop(user)
        }
    }
}
