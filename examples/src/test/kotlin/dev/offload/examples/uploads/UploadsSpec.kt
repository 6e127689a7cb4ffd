package dev.offload.examples.uploads

import dev.offload.TaskState
import dev.offload.coroutines.OffloadManager
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runTest
import kotlin.time.Duration.Companion.seconds

class UploadsSpec :
    StringSpec({
        "the story of two files" {
            uploadsTest { uploads ->
                val lines = mutableListOf<String>()
                tell(uploads) { lines += it }
                lines shouldContainExactly """
                    a.txt is NOT_FOUND
                    a.txt is being stored
                    a.txt is stored
                    a.txt is SUCCEEDED
                    a.txt is stored already
                    b.txt is not stored: the disk is full
                    failed: {b.txt=the disk is full}
                    b.txt cannot be deleted, it is FAILED
                    b.txt is stored
                    failed: {}
                    b.txt is deleted, 5 bytes are free
                    b.txt is NOT_FOUND
                    b.txt cannot be deleted, it is NOT_FOUND
                """.trimIndent().lines()
            }
        }

        "a file goes on being stored when the one who sent it goes away" {
            uploadsTest { uploads ->
                launch(start = CoroutineStart.UNDISPATCHED) { uploads.store("a.txt") }.cancelAndJoin()
                uploads.state("a.txt") shouldBe TaskState.WORKING
                testScheduler.advanceUntilIdle()
                uploads.state("a.txt") shouldBe TaskState.SUCCEEDED
            }
        }
    })

private fun uploadsTest(test: suspend TestScope.(Uploads) -> Unit) = runTest {
    val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
    test(Uploads(manager, FailingOnce(mutableSetOf("b.txt"))))
    manager.shutdown(1.seconds)
}
