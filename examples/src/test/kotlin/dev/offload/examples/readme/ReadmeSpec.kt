package dev.offload.examples.readme

import dev.offload.OffloadCancelledException
import dev.offload.OffloadTimeoutException
import dev.offload.TaskState
import dev.offload.WaitMapClosedException
import dev.offload.async.AsyncOffloadManager
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.snapshot
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveAtLeastSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.runTest
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.PrintStream
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.readText
import kotlin.time.Duration.Companion.seconds

/** What README.md shows compiles, runs and does what it says. */
@OptIn(ExperimentalCoroutinesApi::class)
class ReadmeSpec :
    StringSpec({
        "the code in README.md is the code that is tested here" {
            for ((language, names) in mapOf(
                "kotlin" to listOf("OneLoad.kt", "KotlinSnippets.kt"),
                "java" to listOf("OneLoad.java", "JavaSnippets.java"),
            )) {
                val sources = Path.of("src/test/$language/dev/offload/examples/readme")
                val tested = names.joinToString("\n") { unindented(sources.resolve(it).readText()) }
                val shown = codeBlocks(Path.of("../README.md").readText(), language)
                shown shouldHaveAtLeastSize 1
                shown.forAll { tested shouldContain unindented(it) }
            }
        }

        "the programs load once and answer twice" {
            printed { OneLoad.main(emptyArray()) } shouldBe listOf("loading", "a page, a page")
            printed { main() } shouldBe listOf("loading", "a page, a page")
        }

        "all callers who ask for one id at the same time share one request" {
            runTest {
                val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
                val requests = AtomicInteger()
                val users =
                    Users(manager) { id ->
                        requests.incrementAndGet()
                        delay(1.seconds)
                        User(id)
                    }
                List(10) { async { users.user(7) } }.awaitAll().forAll { it shouldBe User(7) }
                requests.get() shouldBe 1
                manager.shutdown(1.seconds)
            }
        }

        "a second rebuild replaces the first, and starts when it has ended" {
            runTest {
                val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
                val replaced = async { shouldThrow<OffloadCancelledException> { rebuildNow(manager) } }
                delay(1.seconds)
                isRebuilding(manager) shouldBe true
                rebuildNow(manager) shouldBe Report("daily")
                replaced.await()
                testScheduler.currentTime shouldBe 6_000
                isRebuilding(manager) shouldBe false
                manager.shutdown(1.seconds)
            }
        }

        "a page is a scope that returns when all of it has ended" {
            runTest {
                val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
                page(manager, { id -> User(id) }, 7) shouldBe "User(id=7): history"
                manager.shutdown(1.seconds).openScopes() shouldBe emptyList()
                manager.snapshot().total().succeeded() shouldBe 3
            }
        }

        "an answer reaches who asked, also if it is faster than the wait, and a disconnect fails who waits" {
            runTest {
                val clients = mutableListOf<Client>()
                val client = Client { id, question ->
                    if (question == "echo?") clients.single().onAnswer(id, "echo") shouldBe true
                }
                clients += client
                client.ask(1, "echo?") shouldBe "echo"
                client.onAnswer(1, "late") shouldBe false
                shouldThrow<OffloadTimeoutException> { client.ask(2, "silence?") }
                supervisorScope {
                    val waiting = async(start = CoroutineStart.UNDISPATCHED) { client.ask(3, "silence?") }
                    client.onDisconnect(IOException("gone"))
                    shouldThrow<WaitMapClosedException> { waiting.await() }.cause!!.message shouldBe "gone"
                }
            }
        }

        "a file is stored once, tried again when it failed, and deleted once" {
            runTest {
                val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
                val writes = mutableListOf<String>()
                val uploads = Uploads(
                    manager,
                    object : Disk {
                        override suspend fun write(name: String) {
                            writes += name
                            if (writes.size == 1) throw IOException("full")
                        }

                        override suspend fun delete(name: String) = Unit
                    },
                )
                for (state in listOf(TaskState.FAILED, TaskState.SUCCEEDED)) {
                    uploads.store("a.txt") shouldBe true
                    uploads.store("a.txt") shouldBe false
                    manager.joinAll()
                    uploads.state("a.txt") shouldBe state
                }
                uploads.store("a.txt") shouldBe false
                uploads.delete("a.txt") shouldBe true
                uploads.delete("a.txt") shouldBe false
                writes.size shouldBe 2
                manager.shutdown(1.seconds)
            }
        }

        "the second caller joins, the first one gives up, the load goes on" {
            val loads = AtomicInteger()
            AsyncOffloadManager.create().use { manager ->
                JavaSnippets.loadTwice(manager) {
                    while (manager.snapshot().total().joined() == 0L) Thread.onSpinWait()
                    "page " + loads.incrementAndGet()
                } shouldBe "page 1"
            }
        }
    })

private inline fun printed(program: () -> Unit): List<String> {
    val console = System.out
    val printed = ByteArrayOutputStream()
    System.setOut(PrintStream(printed, true, Charsets.UTF_8))
    try {
        program()
    } finally {
        System.setOut(console)
    }
    return printed.toString(Charsets.UTF_8).trim().lines()
}

private fun codeBlocks(markdown: String, language: String): List<String> =
    Regex("```$language\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
        .findAll(markdown)
        .map { it.groupValues[1] }
        .toList()

/** The text without leading white space, so that a snippet inside a class compares equal to one on its own. */
private fun unindented(text: String): String = text.lines().joinToString("\n") { it.trimStart() }.trim()
