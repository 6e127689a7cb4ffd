package dev.offload.coroutines.internal.threads

import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executor

/**
 * R9: each piece of news is told once, one at a time, in the order of who posted it. The thread that
 * tells is sent by one post, and goes when all is told: no post may find it there and be left behind.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class SerialQueueLincheckTest : LincheckTest(MailboxSpecification::class.java) {
    /** The threads that were sent; one that posts goes on as one that tells. */
    private val sent = ConcurrentLinkedQueue<Runnable>()
    private val mailbox = SerialQueue(Executor { sent.add(it) })
    private val posted = IntArray(THREADS)
    private val told = IntArray(THREADS)

    @Volatile private var isTelling = false

    /** Kept, as a mailbox goes on if what is told throws. */
    @Volatile private var wrong: String? = null

    @Operation
    fun post(@Param(name = "thread") thread: Int) {
        val number = posted[thread]++
        mailbox.post {
            if (isTelling) wrong = "two are told at once"
            isTelling = true
            if (told[thread]++ != number) wrong = "out of order"
            isTelling = false
        }
    }

    @Operation
    fun tell() {
        sent.poll()?.run()
    }

    @Validate
    fun atRest() {
        while (true) sent.poll()?.run() ?: break
        check(wrong == null) { wrong!! }
        check(!isTelling && posted.contentEquals(told)) { "posted ${posted.toList()}, told ${told.toList()}" }
    }
}

internal class MailboxSpecification {
    fun post(@Suppress("unused") thread: Int) {}

    fun tell() {}
}
