package dev.offload.coroutines

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.maps.shouldContainKey
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import org.jetbrains.kotlin.cli.common.ExitCode
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream

/**
 * What [OffloadDsl] promises is about code that does not compile, so this compiles code. Two runs for all snippets, since
 * a run costs seconds and a snippet next to nothing.
 */
class DslCompilationSpec :
    FunSpec({
        val all by lazy { compile(tempdir(), ACCIDENTS + OTHER_IDS + INTENDED) }
        val intended by lazy { compile(tempdir(), INTENDED) }

        for (accident in ACCIDENTS.keys) {
            test("in a body, $accident of the surrounding scope by accident does not compile") {
                all.exit shouldBe ExitCode.COMPILATION_ERROR
                all.errors shouldContainKey accident
                all.errors.getValue(accident).shouldHaveSize(1).single() shouldContain BLOCKED
            }
        }

        for (other in OTHER_IDS.keys) {
            test("vocabulary: $other does not compile") {
                all.errors shouldContainKey other
                all.errors.getValue(other).shouldHaveSize(1).single() shouldContain MISMATCH
            }
        }

        test("nothing but the accidents is refused") {
            all.errors.keys shouldBe ACCIDENTS.keys + OTHER_IDS.keys
        }

        test("K2: code that names the scope, members of the class around it, and child coroutines of a job, compile") {
            withClue("K2, and: ${intended.errors}") {
                intended.exit shouldBe ExitCode.OK
                intended.errors.keys.shouldBeEmpty()
            }
        }
    })

/** The words of the compiler for a call that a DSL marker keeps out. */
private const val BLOCKED = "cannot be called in this context with an implicit receiver"

private val MISMATCH = Regex("type mismatch|a value of a non-null type|return type mismatch")

private val ACCIDENTS = mapOf(
    "submit" to inBody("""submit(kind.key(2)) { "inner" }"""),
    "trySubmit" to inBody("""trySubmit(kind.key(2)) { "inner" }"""),
    "submitWhenRoom" to inBody("""submitWhenRoom(kind.key(2)) { "inner" }"""),
    "tryShare" to inBody("""tryShare(kind.key(2)) { "inner" }"""),
    "shareWhenRoom" to inBody("""shareWhenRoom(kind.key(2)) { "inner" }"""),
    "share" to inBody("""share(kind.key(2)) { "inner" }"""),
    "call" to inBody("""call(kind.key(2)) { "inner" }"""),
    "spawn" to inBody("""spawn("audit") { }"""),
    "scope" to inBody("""scope("below") { }"""),
    "openScope" to inBody("""openScope("below")"""),
    "joinAll" to inBody("joinAll()"),
    "cancelAll" to inBody("cancelAll()"),
    "cancel by key" to inBody("cancel(kind.key(2))"),
    "complete" to inBody("complete()"),
    "submit in a child coroutine" to inBody("""launch { submit(kind.key(2)) { "inner" } }"""),
    "submit in a body of share" to inBody("""submit(kind.key(2)) { "inner" }""", verb = "share"),
    "submit in a body of call" to inBody("""submit(kind.key(2)) { "inner" }""", verb = "call"),
)

/** One kind has ids of one type, so that what is never equal is never taken for it. */
private val OTHER_IDS = mapOf(
    "a text as id where ids are numbers" to """val key = OffloadKind.named<Int, String>("numbers").key("1")""",
    "a long as id where ids are ints" to """val key = OffloadKind.named<Int, String>("numbers").key(1L)""",
    "a number as id where ids are texts" to """val key = OffloadKind.named<String, String>("texts").key(1)""",
    "a text as id of a task where ids are numbers" to
        """fun launch(scope: OffloadScope) = TaskRecorder(scope, numbers).launch("1") { "value" }""",
    "a number as the value of a task where values are texts" to
        """fun launch(scope: OffloadScope) = TaskRecorder(scope, numbers).launch(1) { 1 }""",
    "null as id" to """val key = OffloadKind.named<Int, String>("numbers").key(null)""",
)

/** What a scope is asked, as somebody imports it who uses it. */
private val EXTENSIONS = listOf("cancel", "cancelAll", "complete", "joinAll", "name")
    .map { "import dev.offload.coroutines.$it" } + "import kotlinx.coroutines.*"

/** K2: a class as that of the README, with what such classes have. */
private const val OWN_NAMES = "members of the class around"

private val INTENDED = mapOf(
    OWN_NAMES to """
        class Users(private val manager: OffloadManager) {
            val name = "users"
            val activeCount = "own"

            fun cancel() = "own"

            fun cancel(id: Int) = id

            fun cancelAll() = "own"

            fun find(id: Int) = id

            fun isInFlight(id: Int) = id

            fun snapshot() = "own"

            fun joinAll() = "own"

            fun complete() = "own"

            suspend fun page(id: Int): String = manager.scope("page") {
                val inScope: List<String> = listOf(name, activeCount, cancel(), cancelAll(), snapshot(), joinAll(), complete())
                val found: Int = find(id) + isInFlight(id) + cancel(id)
                submit(kind.key(id)) {
                    val inBody: List<String> = listOf(name, activeCount, cancelAll(), snapshot(), joinAll(), complete())
                    manager.call(kind.key(found + find(id))) { name + inBody + inScope }
                }.await()
            }
        }
    """,
    "submit of the scope named by label" to inBody("""this@scope.submit(kind.key(2)) { "inner" }.await()"""),
    "submit of a scope in a variable" to inBody("""request.submit(kind.key(2)) { "inner" }.await()"""),
    "call of the manager" to inBody("""manager.call(kind.key(2)) { "inner" }"""),
    "launch" to inBody("launch { delay(1) }.join()"),
    "launch in a launch" to inBody("launch { launch { delay(1) } }"),
    "cancel of the job itself" to inBody("if (isActive) cancel()"),
    "async" to inBody("""async { "child" }.await()"""),
    "keys of one kind" to """
        val ids: List<OffloadKey.Keyed<String>> = OffloadKind.named<Int, String>("numbers").let { listOf(it.key(1), it.key(2)) }
    """,
    "a value assigned in a scope" to """
        suspend fun handle(manager: OffloadManager): String {
            val text: String
            manager.scope("request") { text = submit(kind.key(1)) { "own" }.await() }
            return text
        }
    """,
    "a value assigned while a manager is used" to """
        suspend fun handle(): String {
            val text: String
            OffloadManager().use(1.seconds) { manager ->
                text = manager.call(kind.key(1)) { "own" }
            }
            return text
        }
    """,
    "a task of a recorder" to """
        fun launch(scope: OffloadScope): LaunchOutcome<OffloadDeferred<String>> =
            TaskRecorder(scope, numbers).launch(1) { "value" }
    """,
    "a scope in a scope" to """
        suspend fun handle(manager: OffloadManager): String = manager.scope("outer") {
            scope("inner") { submit(kind.key(1)) { "own" }.await() }
        }
    """,
)

/** A file whose job runs [code]. */
private fun inBody(code: String, verb: String = "submit") = """
    suspend fun handle(manager: OffloadManager) {
        manager.scope("request") {
            val request: OffloadScope = this
            $verb(kind.key(1)) {
                $code
                request.name
            }
        }
    }
"""

private class Compiled(val exit: ExitCode, val errors: Map<String, List<String>>)

/** Compiles each snippet as a file of its own; answers the errors of those that have some. */
private fun compile(folder: File, snippets: Map<String, String>): Compiled {
    val names = snippets.keys.toList()
    val files = names.mapIndexed { i, name ->
        File(folder, "snippet$i.kt").apply {
            writeText(
                """
                package snippet$i

                import dev.offload.LaunchOutcome
                import dev.offload.OffloadKey
                import dev.offload.OffloadKind
                import dev.offload.coroutines.OffloadDeferred
                import dev.offload.coroutines.OffloadManager
                import dev.offload.coroutines.OffloadScope
                import dev.offload.coroutines.TaskRecorder
                import dev.offload.coroutines.scope
                import dev.offload.coroutines.use
                import kotlin.time.Duration.Companion.seconds
                ${if (name == OWN_NAMES) "" else EXTENSIONS.joinToString("\n                ")}

                private val kind = OffloadKind.named<Any, String>("kind")
                private val numbers = OffloadKind.named<Int, String>("numbers")
                """.trimIndent() + "\n" + snippets.getValue(name).trimIndent(),
            )
        }
    }
    val said = ByteArrayOutputStream()
    val exit = PrintStream(said).use {
        K2JVMCompiler().exec(
            it,
            *arrayOf("-d", File(folder, "classes").path, "-classpath", System.getProperty("java.class.path")),
            *arrayOf("-no-stdlib", "-no-reflect", "-nowarn", "-jvm-target", "17", "-Xjsr305=strict"),
            *files.map(File::getPath).toTypedArray(),
        )
    }
    return Compiled(
        exit,
        // A message may go on in further lines: compiler 2.2.0 shows the contract of a function so.
        said.toString().split(MESSAGE).mapNotNull(ERROR::find)
            .groupBy({ names[it.groupValues[1].toInt()] }, { it.groupValues[2] }),
    )
}

/** Where a message of the compiler begins. */
private val MESSAGE = Regex("""\R(?=\S+\.kt:\d+:\d+: |error: |warning: )""")

private val ERROR = Regex("""snippet(\d+)\.kt:\d+:\d+: error: (.*)""", RegexOption.DOT_MATCHES_ALL)
