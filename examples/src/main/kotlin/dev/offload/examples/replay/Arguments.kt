package dev.offload.examples.replay

import picocli.CommandLine.Command
import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Option
import picocli.CommandLine.ParameterException
import picocli.CommandLine.Spec
import java.net.URI
import java.nio.file.Path
import kotlin.time.Duration
import kotlin.time.toKotlinDuration
import java.time.Duration as JavaDuration

/** The options as picocli fills them in; [settings] checks what one option alone cannot tell. */
@Command(
    name = "replay",
    usageHelpAutoWidth = false,
    sortOptions = false,
    header = ["Replays an access log against an origin over HTTP, with offload and then without, and compares."],
    description = [
        "",
        "Each entry of the log that is a GET or a HEAD request becomes one GET of its path. With offload, requests " +
            "for a path that is being loaded share that load; without, each of them goes to the origin.",
        "",
        "With no options: a bundled log, generated from a fixed seed, and an embedded origin on a loopback port.",
        "",
    ],
    footer = [
        "",
        "Exit codes: 0 all is well; 1 the accounts of the job manager do not balance or disagree with what the " +
            "replay counted; 2 a wrong argument, a log that cannot be read, or an origin that cannot be reached.",
    ],
)
internal class Arguments {
    @Option(
        names = ["--replay"],
        paramLabel = "FILE",
        description = [
            "The access log, in Common or Combined Log Format, plain or gzip. Malformed lines are counted and skipped.",
        ],
    )
    private var file: Path? = null

    @Option(
        names = ["--origin"],
        paramLabel = "URL",
        converter = [OriginConverter::class],
        description = ["The origin, as http://host:port or with a path to put before each path of the log."],
    )
    private var origin: URI? = null

    @Option(
        names = ["--workers"],
        paramLabel = "N",
        defaultValue = "64",
        description = ["How many requests are under way at any moment, 1 to 10000 (default: \${DEFAULT-VALUE})."],
    )
    private var workers: Int = 0

    @Option(
        names = ["--requests"],
        paramLabel = "N",
        description = [
            "How many requests to replay in each pass, 1 to 5000000. A longer log is cut, a shorter one starts over " +
                "(default: the log once, but at most 20000).",
        ],
    )
    private var requests: Int? = null

    @Option(
        names = ["--latency"],
        paramLabel = "TIME",
        converter = [LatencyConverter::class],
        description = [
            "How long the embedded origin takes for an answer, up to 10s: 5ms, 1.5s, or a whole number of " +
                "milliseconds (default: $DEFAULT_LATENCY).",
        ],
    )
    private var latency: JavaDuration? = null

    @Option(
        names = ["--failure-rate"],
        paramLabel = "RATE",
        description = [
            "The share of requests to which the embedded origin answers 503, from 0 to 1 " +
                "(default: $DEFAULT_FAILURE_RATE).",
        ],
    )
    private var failureRate: Double? = null

    @Option(names = ["-h", "--help"], usageHelp = true, description = ["Shows this text and does nothing."])
    private var help: Boolean = false

    @Spec
    private lateinit var spec: CommandSpec

    fun settings(): Settings {
        check(workers in 1..Settings.MAX_WORKERS) { "--workers must be 1 to ${Settings.MAX_WORKERS}, but is $workers" }
        check((requests ?: 1) in 1..Settings.MAX_REQUESTS) {
            "--requests must be 1 to ${Settings.MAX_REQUESTS}, but is $requests"
        }
        // Written so that NaN does not pass.
        check((failureRate ?: 0.0) in 0.0..1.0) { "--failure-rate must be 0 to 1, but is $failureRate" }
        check(origin == null || (latency == null && failureRate == null)) {
            "--latency and --failure-rate concern the embedded origin, and cannot be combined with --origin"
        }
        return Settings(
            log = file?.let { LogSource.File(it) } ?: LogSource.Bundled,
            origin = origin,
            workers = workers,
            requests = requests,
            latency = latency?.toKotlinDuration() ?: Duration.parse(DEFAULT_LATENCY),
            failureRate = failureRate ?: DEFAULT_FAILURE_RATE.toDouble(),
        )
    }

    private inline fun check(condition: Boolean, message: () -> String) {
        if (!condition) throw ParameterException(spec.commandLine(), message())
    }

    companion object {
        const val DEFAULT_LATENCY = "20ms"
        const val DEFAULT_FAILURE_RATE = "0.01"
    }
}
