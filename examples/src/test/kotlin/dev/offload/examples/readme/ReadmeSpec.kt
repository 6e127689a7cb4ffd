package dev.offload.examples.readme

import dev.offload.OffloadCancelledException
import dev.offload.async.AsyncOffloadManager
import dev.offload.coroutines.OffloadManager
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveAtLeastSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.runTest
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.readText
import kotlin.time.Duration.Companion.seconds

/** What README.md shows compiles, runs and does what it says. */
@OptIn(ExperimentalCoroutinesApi::class)
class ReadmeSpec :
    StringSpec({
        "the code in README.md is the code that is tested here" {
            for ((language, source) in mapOf(
                "kotlin" to "src/test/kotlin/dev/offload/examples/readme/KotlinSnippets.kt",
                "java" to "src/test/java/dev/offload/examples/readme/JavaSnippets.java",
            )) {
                val tested = unindented(Path.of(source).readText())
                val shown = codeBlocks(Path.of("../README.md").readText(), language)
                shown shouldHaveAtLeastSize 1
                shown.forAll { tested shouldContain unindented(it) }
            }
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

private fun codeBlocks(markdown: String, language: String): List<String> =
    Regex("```$language\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
        .findAll(markdown)
        .map { it.groupValues[1] }
        .toList()

/** The text without leading white space, so that a snippet inside a class compares equal to one on its own. */
private fun unindented(text: String): String = text.lines().joinToString("\n") { it.trimStart() }.trim()
