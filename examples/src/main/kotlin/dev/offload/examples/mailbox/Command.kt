package dev.offload.examples.mailbox

import dev.offload.examples.program.UserException
import dev.offload.examples.program.readCommandLine

/** What the command line asks for. */
internal sealed interface Command {
    /** To be told how to use the program. */
    class Help(val text: String) : Command

    /** To make requests. */
    class Exchange(val settings: Settings) : Command
}

/**
 * Reads the command line.
 *
 * @throws UserException if it is wrong
 */
internal fun parseArguments(args: Array<String>): Command {
    val arguments = Arguments()
    return readCommandLine(arguments, args) {
        if (it.isUsageHelpRequested) Command.Help(it.usageMessage) else Command.Exchange(arguments.settings())
    }
}
