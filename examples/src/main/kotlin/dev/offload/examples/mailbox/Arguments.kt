package dev.offload.examples.mailbox

import dev.offload.examples.program.TimeConverter
import picocli.CommandLine.Command
import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Option
import picocli.CommandLine.ParameterException
import picocli.CommandLine.Spec
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.toKotlinDuration
import java.time.Duration as JavaDuration

/** The options as picocli fills them in; [settings] checks them. */
@Command(
    name = "mailbox",
    usageHelpAutoWidth = false,
    sortOptions = false,
    header = ["Many requests at once over one connection: a JSON-RPC client that waits for its answers by id."],
    description = [
        "",
        "The server, started by the program itself, answers out of order, late, twice or never, sends what nobody " +
            "asked for, and hangs up in the middle. Every request ends in one way, and the report counts them.",
        "",
    ],
    footer = [
        "",
        "A TIME is 5ms, 1.5s, 2m, or a whole number of milliseconds. Ctrl-C closes the connection and reports.",
        "",
        "Exit codes: 0 all is well; 1 the accounts do not balance; 2 a wrong argument.",
    ],
)
internal class Arguments {
    @Option(
        names = ["--requests"],
        paramLabel = "N",
        defaultValue = "100000",
        description = ["How many requests to make, 1 to 5000000 (default: \${DEFAULT-VALUE})."],
    )
    private var requests: Int = 0

    @Option(
        names = ["--in-flight"],
        paramLabel = "N",
        defaultValue = "10000",
        description = ["How many of them may wait at a time, 1 to 100000 (default: \${DEFAULT-VALUE})."],
    )
    private var inFlight: Int = 0

    @Option(
        names = ["--timeout"],
        paramLabel = "TIME",
        converter = [TimeoutConverter::class],
        defaultValue = "2s",
        description = [
            "How long each of them waits (default: \${DEFAULT-VALUE}). The server takes up to a quarter of that for " +
                "most answers, and longer than it for some.",
        ],
    )
    private lateinit var timeout: JavaDuration

    @Option(
        names = ["--seed"],
        paramLabel = "N",
        defaultValue = "1",
        description = ["What the server's faults are drawn from (default: \${DEFAULT-VALUE})."],
    )
    private var seed: Long = 0

    @Option(
        names = ["--disconnect-after"],
        paramLabel = "N",
        description = [
            "After how many requests the server hangs up; 0 for never (default: nine tenths of --requests).",
        ],
    )
    private var disconnectAfter: Int? = null

    @Option(names = ["-h", "--help"], usageHelp = true, description = ["Shows this text and does nothing."])
    private var help: Boolean = false

    @Spec
    private lateinit var spec: CommandSpec

    fun settings(): Settings {
        check("--requests", requests, 1..Settings.MAX_REQUESTS)
        check("--in-flight", inFlight, 1..Settings.MAX_IN_FLIGHT)
        check("--disconnect-after", disconnectAfter ?: 0, 0..Settings.MAX_REQUESTS)
        val hangUp = disconnectAfter ?: (requests - requests / 10)
        return Settings(requests, inFlight, timeout.toKotlinDuration(), seed, hangUp.takeIf { it > 0 })
    }

    private fun check(option: String, value: Int, allowed: IntRange) {
        if (value in allowed) return
        val range = "${allowed.first} to ${allowed.last}"
        throw ParameterException(spec.commandLine(), "$option must be $range, but is $value")
    }
}

/** At least so long that there can be an answer. */
internal class TimeoutConverter : TimeConverter(1.milliseconds, 1.hours)
