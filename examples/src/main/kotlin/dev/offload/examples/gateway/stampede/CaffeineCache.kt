package dev.offload.examples.gateway.stampede

import com.github.benmanes.caffeine.cache.AsyncCache
import com.github.benmanes.caffeine.cache.Caffeine
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.future.await
import kotlinx.coroutines.future.future
import java.util.logging.Level
import java.util.logging.Logger
import kotlin.time.toJavaDuration

/**
 * One future per page, kept for as long as the page is fresh. All who wait have the same future, and the `await` of the
 * coroutine library cancels it with its caller, as `orTimeout` fails it: then all of them fail.
 */
internal class CaffeineCache(private val of: Surroundings) : Way {
    private val begin = of.clock.markNow()
    private val scope = CoroutineScope(SupervisorJob() + of.context)
    private val pages: AsyncCache<Int, String> =
        Caffeine
            .newBuilder()
            .expireAfterWrite(of.scenario.ttl.toJavaDuration())
            .ticker { begin.elapsedNow().inWholeNanoseconds }
            .executor(Runnable::run)
            .buildAsync()

    override suspend fun page(page: Int): String =
        pages.get(page) { missing, _ -> scope.future { of.origin.load(missing) } }.await()

    override suspend fun close() = scope.cancel()

    private companion object {
        /** It warns of each load that fails, with a trace; here some fail on purpose, and are counted. */
        val LOGGER: Logger = Logger.getLogger("com.github.benmanes.caffeine").apply { level = Level.OFF }
    }
}
