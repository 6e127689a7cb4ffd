package dev.offload.examples.gateway

import dev.offload.examples.gateway.http.GatewaySettings
import dev.offload.examples.gateway.http.ShareableHeaders
import dev.offload.examples.gateway.replay.LogSource
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
    name = "gateway",
    usageHelpAutoWidth = false,
    sortOptions = false,
    header = ["Shows what sharing loads is good for. Or a caching gateway: replays an access log, or serves."],
    description = [
        "",
        "With no options: sends the same requests through five ways to have pages that expire, among them what is " +
            "written by hand, a cache of futures, and offload, and compares. It takes about a minute.",
        "",
        "With --replay: replays an access log over HTTP through a caching gateway to an embedded origin, with " +
            "offload and then without, where each request loads for itself, and compares.",
        "",
        "With --serve: serves. What is fresh is served. What is stale is served at once and renewed in the " +
            "background, once, however many ask for it. What is missing is loaded once for all who ask for it at " +
            "that time. X-Cache tells which: HIT, STALE, MISS or JOINED.",
        "",
    ],
    footer = [
        "",
        "A TIME is 5ms, 1.5s, 2m, or a whole number of milliseconds.",
        "",
        "Exit codes: 0 all is well; 1 the accounts of the job manager do not balance or disagree with what the " +
            "replay counted; 2 a wrong argument, a log that cannot be read, an origin that cannot be reached, or a " +
            "port that is in use.",
    ],
)
internal class Arguments {
    @Option(
        names = ["--rounds"],
        paramLabel = "N",
        description = ["Of the comparison: how many rounds, 1 to 100 (default: ${StampedeSettings.DEFAULT_ROUNDS})."],
    )
    private var rounds: Int? = null

    @Option(
        names = ["--seed"],
        paramLabel = "N",
        description = ["Of the comparison: what the requests are drawn from (default: 1)."],
    )
    private var seed: Long? = null

    @Option(
        names = ["--html"],
        paramLabel = "FILE",
        description = ["Of the comparison: writes a page with charts there, too."],
    )
    private var html: Path? = null

    @Option(
        names = ["--picture"],
        paramLabel = "FILE",
        description = ["Of the comparison: writes the charts there as SVG, too."],
    )
    private var picture: Path? = null

    @Option(
        names = ["--serve"],
        description = ["Serves until Ctrl-C. The access log goes to the output."],
    )
    var serve: Boolean = false
        private set

    @Option(
        names = ["--listen"],
        paramLabel = "[HOST:]PORT",
        converter = [ListenConverter::class],
        description = ["With --serve: where to listen; port 0 for any that is free (default: 127.0.0.1:8080)."],
    )
    private var listen: Listen? = null

    @Option(
        names = ["--no-offload"],
        description = ["With --serve: each request loads for itself, also what is stale, and waits for it."],
    )
    private var noOffload: Boolean = false

    @Option(
        names = ["--grace"],
        paramLabel = "TIME",
        converter = [WindowConverter::class],
        description = ["With --serve: how long running work may take to end at Ctrl-C (default: 10s)."],
    )
    private var grace: JavaDuration? = null

    @Option(
        names = ["--ttl"],
        paramLabel = "TIME",
        converter = [WindowConverter::class],
        defaultValue = "300ms",
        description = ["How long an answer is fresh, if the origin does not say (default: \${DEFAULT-VALUE})."],
    )
    private lateinit var ttl: JavaDuration

    @Option(
        names = ["--stale"],
        paramLabel = "TIME",
        converter = [WindowConverter::class],
        defaultValue = "10s",
        description = [
            "How long after that it is served while it is being renewed, if the origin does not say " +
                "(default: \${DEFAULT-VALUE}).",
        ],
    )
    private lateinit var stale: JavaDuration

    @Option(
        names = ["--stale-if-error"],
        paramLabel = "TIME",
        converter = [WindowConverter::class],
        defaultValue = "1m",
        description = [
            "How long after that it is served if the origin fails, if the origin does not say " +
                "(default: \${DEFAULT-VALUE}).",
        ],
    )
    private lateinit var staleIfError: JavaDuration

    @Option(
        names = ["--shareable-header"],
        paramLabel = "NAME",
        description = [
            "A header of requests that does not make their answer personal. May be given several times. By default a " +
                "request with a header that is not known to be harmless gets an answer of its own.",
        ],
    )
    private var shareableHeaders: List<String> = listOf()

    @Option(
        names = ["--limit"],
        paramLabel = "TIME",
        converter = [LimitConverter::class],
        defaultValue = "10s",
        description = ["How long the origin may take before the answer is 504 (default: \${DEFAULT-VALUE})."],
    )
    private lateinit var limit: JavaDuration

    @Option(
        names = ["--origin"],
        paramLabel = "URL",
        converter = [OriginConverter::class],
        description = ["The origin, as http://host:port or with a path to put before each path."],
    )
    private var origin: URI? = null

    @Option(
        names = ["--latency"],
        paramLabel = "TIME",
        converter = [LatencyConverter::class],
        description = ["How long the embedded origin takes for an answer, up to 10s (default: $DEFAULT_LATENCY)."],
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

    @Option(
        names = ["--replay"],
        paramLabel = "FILE",
        arity = "0..1",
        fallbackValue = "",
        description = [
            "Replays an access log, in Common or Combined Log Format, plain or gzip. Each GET or HEAD request " +
                "becomes a GET of its path. Malformed lines are counted and skipped. Without a file: a bundled log, " +
                "generated from a fixed seed.",
        ],
    )
    private var file: Path? = null

    /** Whether a log is to be replayed. */
    val replay: Boolean get() = file != null

    @Option(
        names = ["--workers"],
        paramLabel = "N",
        description = [
            "How many requests are under way at any moment of the replay, 1 to 10000 (default: $DEFAULT_WORKERS).",
        ],
    )
    private var workers: Int? = null

    @Option(
        names = ["--requests"],
        paramLabel = "N",
        description = [
            "How many requests to replay in each pass, 1 to 5000000. A longer log is cut, a shorter one starts over " +
                "(default: the log once, but at most 5000).",
        ],
    )
    private var requests: Int? = null

    @Option(names = ["-h", "--help"], usageHelp = true, description = ["Shows this text and does nothing."])
    private var help: Boolean = false

    @Spec
    private lateinit var spec: CommandSpec

    /** What the comparison needs; nothing that concerns the gateway may be given. */
    fun stampede(): StampedeSettings {
        for (option in spec.commandLine().parseResult.matchedOptions()) {
            check(option.longestName() in OF_STAMPEDE) { "${option.longestName()} needs --replay or --serve" }
        }
        check((rounds ?: 1) in 1..StampedeSettings.MAX_ROUNDS) {
            "--rounds must be 1 to ${StampedeSettings.MAX_ROUNDS}, but is $rounds"
        }
        return StampedeSettings(rounds ?: StampedeSettings.DEFAULT_ROUNDS, seed ?: 1, html, picture)
    }

    fun settings(): Settings {
        for (option in spec.commandLine().parseResult.matchedOptions()) {
            check(option.longestName() !in OF_STAMPEDE) {
                "${option.longestName()} concerns the comparison, and cannot be combined with --replay or --serve"
            }
        }
        check((workers ?: 1) in 1..Settings.MAX_WORKERS) {
            "--workers must be 1 to ${Settings.MAX_WORKERS}, but is $workers"
        }
        check((requests ?: 1) in 1..Settings.MAX_REQUESTS) {
            "--requests must be 1 to ${Settings.MAX_REQUESTS}, but is $requests"
        }
        // Written so that NaN does not pass.
        check((failureRate ?: 0.0) in 0.0..1.0) { "--failure-rate must be 0 to 1, but is $failureRate" }
        check(origin == null || (latency == null && failureRate == null)) {
            "--latency and --failure-rate concern the embedded origin, and cannot be combined with --origin"
        }
        check(serve || (listen == null && !noOffload && grace == null)) {
            "--listen, --no-offload and --grace need --serve"
        }
        check(!serve || (!replay && workers == null && requests == null)) {
            "--replay, --workers and --requests cannot be combined with --serve"
        }
        shareableHeaders.forEach { name ->
            check(HEADER_NAME.matches(name)) { "--shareable-header must be the name of a header, but is '$name'" }
            check(name.lowercase() !in ShareableHeaders.NEVER) { "--shareable-header $name is never to be shared" }
        }
        return Settings(
            gateway = gatewaySettings(),
            origin = origin,
            latency = latency?.toKotlinDuration() ?: Duration.parse(DEFAULT_LATENCY),
            failureRate = failureRate ?: DEFAULT_FAILURE_RATE.toDouble(),
            log = file?.takeIf { it.toString().isNotEmpty() }?.let { LogSource.File(it) } ?: LogSource.Bundled,
            workers = workers ?: DEFAULT_WORKERS.toInt(),
            requests = requests,
            grace = grace?.toKotlinDuration() ?: Duration.parse("10s"),
        )
    }

    private fun gatewaySettings(): GatewaySettings {
        val address = listen ?: if (serve) Listen.DEFAULT else Listen.ANY_PORT
        return GatewaySettings(
            host = address.host,
            port = address.port,
            ttl = ttl.toKotlinDuration(),
            stale = stale.toKotlinDuration(),
            staleIfError = staleIfError.toKotlinDuration(),
            originLimit = limit.toKotlinDuration(),
            shareableHeaders = shareableHeaders.toSet(),
            offload = !noOffload,
        )
    }

    private inline fun check(condition: Boolean, message: () -> String) {
        if (!condition) throw ParameterException(spec.commandLine(), message())
    }

    companion object {
        const val DEFAULT_LATENCY = "50ms"
        const val DEFAULT_FAILURE_RATE = "0.01"
        const val DEFAULT_WORKERS = "32"
        private val HEADER_NAME = Regex("[A-Za-z0-9!#$%&'*+.^_`|~-]+")
        private val OF_STAMPEDE = setOf("--rounds", "--seed", "--html", "--picture")
    }
}
