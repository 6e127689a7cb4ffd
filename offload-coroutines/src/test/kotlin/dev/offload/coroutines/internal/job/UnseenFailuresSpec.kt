package dev.offload.coroutines.internal.job

import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.coroutines.RecordingListener
import dev.offload.coroutines.internal.time.OffloadTimer
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import java.time.Duration

/** Moments in which somebody asks for a failure just when it is kept to be reported, each step by hand. */
internal class UnseenFailuresSpec :
    StringSpec({
        "E3: who asks while the failure is being kept has seen it" {
            val listener = RecordingListener()
            val job = failedJob(listener, StandingTimer())
            val unseen = UnseenFailures(false)
            job.markObserved()
            unseen.add(job)
            unseen.reportAll()
            listener.reported().shouldBeEmpty()
        }

        "E3: a failure that nobody asked for is reported once" {
            val listener = RecordingListener()
            val job = failedJob(listener, StandingTimer())
            val unseen = UnseenFailures(false)
            unseen.add(job)
            repeat(2) { unseen.reportAll() }
            listener.reported() shouldHaveSize 1
        }

        "E3: the time of a failure that was asked for before it began is taken back" {
            val timer = StandingTimer()
            val job = failedJob(RecordingListener(), timer)
            val unseen = UnseenFailures(true)
            unseen.add(job)
            unseen.isSeen(job)
            val before = timer.size
            unseen.limitTime(job, Duration.ofSeconds(10))
            timer.size shouldBe before
        }

        "E3: the time of a failure ends with the question, and with the report" {
            val timer = StandingTimer()
            val jobs = List(2) { failedJob(RecordingListener(), timer) }
            val unseen = UnseenFailures(true)
            val before = timer.size
            for (job in jobs) {
                unseen.add(job)
                unseen.limitTime(job, Duration.ofSeconds(10))
            }
            timer.size shouldBe before + 2
            unseen.isSeen(jobs[0])
            timer.size shouldBe before + 1
            unseen.reportAll()
            timer.size shouldBe before
        }
    })

private val KIND = OffloadKind.named<Any, String>("failing")

private fun RecordingListener.reported() = events.filter { it.startsWith("unobserved") }

/** A job of a scope of its own, which has not ended: nothing but the test reports it. */
private fun failedJob(listener: RecordingListener, timer: OffloadTimer): JobCell<String> {
    val scope = Engine("test", OffloadConfig.defaults(), listener, timer) { 0L }.root()
    val job = scope.open("failing", false, null).submissions().submit(KIND.key(1), null, null, ByHandBody()).taken()
    job.begin()
    job.fail(IllegalStateException("unseen"))
    return job
}
