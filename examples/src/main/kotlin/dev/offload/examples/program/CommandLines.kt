package dev.offload.examples.program

import picocli.CommandLine
import picocli.CommandLine.ParameterException

/**
 * Fills [options], an object with picocli's annotations, from [args], and makes of it what [read] makes.
 *
 * @throws UserException if the command line is wrong; picocli says so in several lines at times
 */
internal fun <T> readCommandLine(options: Any, args: Array<String>, read: (CommandLine) -> T): T {
    val commandLine = CommandLine(options)
    try {
        commandLine.parseArgs(*args)
        return read(commandLine)
    } catch (e: ParameterException) {
        throw UserException(e.message.orEmpty().lineSequence().joinToString(" ") + "; --help tells what is possible")
    }
}
