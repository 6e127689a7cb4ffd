package dev.offload.examples.gateway

import dev.offload.examples.program.UserException
import dev.offload.examples.program.readCommandLine

/** What the command line asks for. */
internal sealed interface Command {
    /** To be told how to use the program. */
    data class Help(val text: String) : Command

    /** To compare ways to have pages that expire. */
    data class Compare(val settings: StampedeSettings) : Command

    /** To replay a log through the gateway, with offload and without. */
    data class Replay(val settings: Settings) : Command

    /** To be a gateway until it is told to stop. */
    data class Serve(val settings: Settings) : Command
}

/**
 * Reads the command line.
 *
 * @throws UserException if it is wrong
 */
internal fun parseArguments(args: Array<String>): Command {
    val arguments = Arguments()
    return readCommandLine(arguments, args) { commandLine ->
        when {
            commandLine.isUsageHelpRequested -> Command.Help(commandLine.usageMessage)
            arguments.serve -> Command.Serve(arguments.settings())
            arguments.replay -> Command.Replay(arguments.settings())
            else -> Command.Compare(arguments.stampede())
        }
    }
}
