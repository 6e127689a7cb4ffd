package dev.offload.coroutines

import dev.offload.JobSnapshot
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.RejectReason
import dev.offload.spi.OffloadListener
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runTest
import java.time.Duration
import java.util.concurrent.CopyOnWriteArrayList

/** Kinds as a user would declare them. */
val LOAD = OffloadKind.named<Any, String>("user.load")
val COUNT = OffloadKind.named<Any, Int>("user.count")

/** Runs a test in virtual time with a manager in the same time. Whatever the test leaves running is cancelled. */
fun managerTest(
    config: OffloadConfig = OffloadConfig.defaults(),
    listener: OffloadListener? = null,
    test: suspend TestScope.(OffloadManager) -> Unit,
) = runTest {
    val manager =
        OffloadManager(config, StandardTestDispatcher(testScheduler), listener, testScheduler.timeSource)
    try {
        test(manager)
    } finally {
        manager.cancel()
    }
}

/**
 * The coroutine library tells nobody of what dispatchers and context elements throw, and so its tests blame the next one that
 * comes. For after tests that have such things thrown on purpose.
 */
fun forgetUncaught() {
    runCatching { runTest {} }
}

/** What a body threw, if this is a copy of it that the coroutine library made to show where a caller was. */
fun Throwable.original(): Throwable = cause?.takeIf { it.javaClass == javaClass } ?: this

/** Remembers every event as a line, with the last failure told. */
class RecordingListener : OffloadListener {
    val events = CopyOnWriteArrayList<String>()
    val failures = CopyOnWriteArrayList<Throwable>()

    override fun onAccepted(job: JobSnapshot) = record("accepted", job)

    override fun onJoined(job: JobSnapshot) = record("joined", job)

    override fun onRejected(kindName: String, reason: RejectReason) {
        events += "rejected $kindName $reason"
    }

    override fun onStarted(job: JobSnapshot) = record("started", job)

    override fun onSlow(job: JobSnapshot, elapsed: Duration) {
        events += "slow ${job.state()} $elapsed"
    }

    override fun onUndying(job: JobSnapshot) = record("undying", job)

    override fun onUnobservedFailure(job: JobSnapshot, failure: Throwable) {
        record("unobserved", job)
        failures += failure
    }

    override fun onEnded(job: JobSnapshot, failure: Throwable?) {
        record("ended", job)
        failure?.let { failures += it }
    }

    fun count(event: String) = events.count { it.startsWith(event) }

    private fun record(event: String, job: JobSnapshot) {
        events += "$event ${job.label()} ${job.state()}"
    }
}
