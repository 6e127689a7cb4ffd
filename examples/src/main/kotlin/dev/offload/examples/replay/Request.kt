package dev.offload.examples.replay

import picocli.CommandLine
import picocli.CommandLine.ParameterException

/** What the command line asks for. */
internal sealed interface Request {
    /** To be told how to use the program. */
    data class Help(val text: String) : Request

    /** To do its work. */
    data class Replay(val settings: Settings) : Request
}

/**
 * Reads the command line.
 *
 * @throws UserException if it is wrong
 */
internal fun parseArguments(args: Array<String>): Request {
    val arguments = Arguments()
    val commandLine = CommandLine(arguments)
    try {
        commandLine.parseArgs(*args)
        if (commandLine.isUsageHelpRequested) return Request.Help(commandLine.usageMessage)
        return Request.Replay(arguments.settings())
    } catch (e: ParameterException) {
        throw UserException(e.message.orEmpty().lineSequence().joinToString(" ") + "; --help tells what is possible")
    }
}
