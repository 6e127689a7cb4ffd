package dev.offload.examples.program

import kotlinx.coroutines.runBlocking
import java.io.PrintWriter
import kotlin.system.exitProcess

/**
 * Where a program speaks: results go to [out], everything else to [err].
 *
 * @property terminal whether a person watches [err], so that a line of it may be overwritten
 * @property awaitStop suspends until the program is asked to end, see [Interrupt.await]
 */
internal class Console(
    val out: PrintWriter,
    val err: PrintWriter,
    val terminal: Boolean,
    val awaitStop: suspend () -> Unit,
)

/** Runs [program] as the whole of this process, which ends with the exit code that it answers. */
internal fun runProcess(program: suspend (Console) -> Int) {
    val interrupt = Interrupt()
    val console = Console(PrintWriter(System.out, true), PrintWriter(System.err, true), isTerminal(), interrupt::await)
    val code =
        try {
            runBlocking { program(console) }
        } finally {
            interrupt.end()
        }
    // exec:java runs this inside Maven, which ends its own way if all is well.
    if (code != ExitCode.OK) exitProcess(code)
}

/**
 * Whether standard error is a terminal that can overwrite a line. The JDK answers for input and output together, which
 * errs to the safe side: plain lines.
 */
private fun isTerminal(): Boolean = System.console() != null && System.getenv("TERM").orEmpty() !in setOf("", "dumb")
