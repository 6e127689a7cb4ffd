package dev.offload.contract.face

import dev.offload.contract.fixture.Body
import dev.offload.contract.fixture.WaitInside
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.future.await
import kotlinx.coroutines.withContext

/** The body as a coroutine: it can be cancelled while it waits, unless it is stubborn. */
internal suspend fun <T : Any> Body<T>.runSuspending(): T {
    begin()
    try {
        awaitGate()
        return waitInside()?.suspending(isStubborn) ?: action().call()
    } catch (e: CancellationException) {
        noteStopped()
        throw e
    } finally {
        end()
    }
}

private suspend fun Body<*>.awaitGate() {
    try {
        gate().copy().await()
    } catch (e: CancellationException) {
        noteStopped()
        if (!isStubborn) throw e
        withContext(NonCancellable) { gate().copy().await() }
    }
}

private suspend fun <W : Any, T : Any> WaitInside<W, T>.suspending(stubborn: Boolean): T {
    val wait = begin().call() as KotlinWait<W>
    return then().apply(if (stubborn) withContext(NonCancellable) { wait.told() } else wait.told())
}
