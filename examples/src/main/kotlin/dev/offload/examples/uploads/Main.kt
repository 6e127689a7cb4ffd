@file:JvmName("Main")

package dev.offload.examples.uploads

import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** A task recorder in short: launch, ask, fail, launch again, revoke. */
suspend fun main() {
    val manager = OffloadManager()
    tell(Uploads(manager, FailingOnce(mutableSetOf("b.txt"))), ::println)
    manager.shutdown(1.seconds)
}

/** The story; each line comes from what a recorder answers. */
internal suspend fun tell(uploads: Uploads, line: (String) -> Unit) {
    line("a.txt is ${uploads.state("a.txt")}")
    coroutineScope {
        List(2) { async { uploads.store("a.txt") } }.awaitAll().sorted().forEach(line)
    }
    line("a.txt is ${uploads.state("a.txt")}")
    line(uploads.store("a.txt"))
    line(uploads.store("b.txt"))
    line("failed: ${uploads.failed()}")
    line(uploads.delete("b.txt"))
    line(uploads.store("b.txt"))
    line("failed: ${uploads.failed()}")
    line(uploads.delete("b.txt"))
    line("b.txt is ${uploads.state("b.txt")}")
    line(uploads.delete("b.txt"))
}

/** A disk that fails the first time for some files. */
internal class FailingOnce(private val failing: MutableSet<String>) : Disk {
    override suspend fun write(name: String) {
        delay(20.milliseconds)
        if (failing.remove(name)) throw IOException("the disk is full")
    }

    override suspend fun delete(name: String): Int = name.length
}
