package dev.offload.benchmarks.request

import dev.offload.OffloadKind
import dev.offload.coroutines.ConcurrencyLimit
import dev.offload.coroutines.KindPolicy
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.scope
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import kotlinx.coroutines.slf4j.MDCContext
import kotlin.time.Duration.Companion.seconds

/** The library. */
internal class OffloadRequests : Requests {
    private val server = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    private val user = OffloadKind.named<Int, Int>("user")
    private val prices = OffloadKind.named<Int, Int>("prices")
    private val history = OffloadKind.named<Int, Int>("history")
    private val cart = OffloadKind.named<Int, Int>("cart")

    private val manager =
        OffloadManager(
            OffloadConfig {
                val limits =
                    KindPolicy(
                        concurrency = ConcurrencyLimit(Requests.AT_A_TIME),
                        timeout = TimeoutPolicy(cancelAfter = Requests.SECONDS.seconds),
                    )
                for (kind in listOf(user, prices, history, cart)) kind(kind, limits)
                kind(AUDIT, limits)
            },
        )

    override fun accept(id: Int, done: Runnable) {
        server.launch(MDCContext(Requests.logContext(id))) {
            serve(id)
            done.run()
        }
    }

    private suspend fun serve(id: Int): Int = manager.scope("request") {
        val user = share(user.key(id % Requests.SHARED_IDS)) { part(id) }
        val prices = share(prices.key(id % Requests.SHARED_IDS)) { part(id) }
        val history = submit(history.key(id)) { part(id) }
        val cart = submit(cart.key(id)) { part(id) }
        spawn(AUDIT) { part(id) }
        user.await() + prices.await() + history.await() + cart.await()
    }

    private companion object {
        const val AUDIT = "audit"
    }
}
