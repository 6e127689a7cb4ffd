package dev.offload.examples.mailbox

import dev.offload.examples.mailbox.run.Report
import dev.offload.examples.mailbox.run.exchange
import dev.offload.examples.program.Console
import dev.offload.examples.program.ExitCode
import dev.offload.examples.program.Progress
import dev.offload.examples.program.UserException
import dev.offload.examples.program.printAll

/**
 * The whole program, without a process around it.
 *
 * @return the exit code, see [ExitCode]
 */
internal suspend fun runMailbox(args: Array<String>, console: Console): Int {
    val command =
        try {
            parseArguments(args)
        } catch (e: UserException) {
            console.err.println("mailbox: ${e.message}")
            return ExitCode.USAGE
        }
    return when (command) {
        is Command.Help -> console.out.printAll(command.text).let { ExitCode.OK }
        is Command.Exchange -> run(command.settings, console)
    }
}

private suspend fun run(settings: Settings, console: Console): Int {
    val progress = Progress(console.err, console.terminal)
    val report = Report(exchange(settings, progress, console.awaitStop))
    console.out.printAll(report.text())
    return if (report.isBalanced) ExitCode.OK else ExitCode.UNBALANCED
}
