package dev.offload.examples.mailbox.client

import dev.offload.examples.mailbox.client.ScriptedServer.Request
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import tools.jackson.databind.node.JsonNodeFactory
import java.io.EOFException
import java.io.IOException
import java.net.SocketException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.atomic.LongAdder
import kotlin.coroutines.CoroutineContext
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds

class RpcClientSpec :
    StringSpec({
        "answers in any order reach their callers" {
            connected { client, server ->
                val calls = List(1_000) { async { client.call("echo", number(it), LONG).intValue() } }
                List(1_000) { server.receive() }.shuffled(Random(1)).forEach { server.echo(it) }
                calls.awaitAll() shouldBe List(1_000) { it }
                client.counts.delivered.shouldReach(1_000)
                client.waiting shouldBe 0
            }
        }

        "a call ends if there is no answer in time, and a late answer is counted" {
            connected { client, server ->
                shouldThrow<RpcTimeoutException> { client.call("echo", number(1), 1.milliseconds) }
                    .limit shouldBe 1.milliseconds
                client.waiting shouldBe 0
                server.echo(server.receive())
                client.roundTrip(server, 2) shouldBe number(2)
                client.counts.late.sum() shouldBe 1
                client.counts.duplicate.sum() shouldBe 0
            }
        }

        "further answers are counted as duplicates, of a late answer, too" {
            connected { client, server ->
                shouldThrow<RpcTimeoutException> { client.call("echo", number(1), 1.milliseconds) }
                val late = server.receive()
                val answer = async { client.call("echo", number(2), LONG) }
                val request = server.receive()
                repeat(3) { server.echo(request) }
                repeat(2) { server.echo(late) }
                answer.await() shouldBe number(2)
                client.roundTrip(server)
                client.counts.duplicate.sum() shouldBe 3
                client.counts.late.sum() shouldBe 1
            }
        }

        "the loss of the connection fails who waits and who comes later, with its cause" {
            connected { client, server ->
                val calls =
                    List(100) {
                        async { shouldThrow<ConnectionLostException> { client.call("echo", number(it), LONG) } }
                    }
                repeat(100) { server.receive() }
                server.hangUp()
                val later = shouldThrow<ConnectionLostException> { client.call("echo", number(0), LONG) }
                (calls.awaitAll() + later).forAll {
                    it.cause.shouldBeInstanceOf<EOFException>()
                    it.message shouldBe "the connection is lost: the server closed it"
                }
                client.waiting shouldBe 0
            }
        }

        "a connection that breaks says so" {
            connected { client, server ->
                val call = async { shouldThrow<ConnectionLostException> { client.call("echo", number(1), LONG) } }
                server.receive()
                server.hangUp(abruptly = true)
                call.await().cause.shouldBeInstanceOf<SocketException>()
            }
        }

        "answers that were read before the connection was lost arrive" {
            connected { client, server ->
                val calls = List(100) { async { client.call("echo", number(it), LONG) } }
                val requests = List(100) { server.receive() }
                requests.forEach { server.echo(it) }
                server.hangUp()
                calls.awaitAll() shouldBe List(100) { number(it) }
            }
        }

        "an error of the server is thrown to its caller, and only to that" {
            connected { client, server ->
                val failing = async { shouldThrow<RpcErrorException> { client.call("echo", number(1), LONG) } }
                val refused = server.receive()
                val other = async { client.call("echo", number(2), LONG) }
                val request = server.receive()
                server.fail(refused, """{"code":-32601,"message":"no such method","data":{"method":"echo"}}""")
                server.echo(request)
                val error = failing.await()
                error.code shouldBe -32_601
                error.message shouldBe "no such method"
                error.data.shouldNotBeNull()["method"].stringValue() shouldBe "echo"
                other.await() shouldBe number(2)
            }
        }

        "an error need not have data" {
            connected { client, server ->
                val failing = async { shouldThrow<RpcErrorException> { client.call("echo", number(1), LONG) } }
                server.fail(server.receive(), """{"code":1,"message":""}""")
                failing.await().data.shouldBeNull()
            }
        }

        "malformed frames and answers to nobody are counted, and the client goes on" {
            connected { client, server ->
                val call = async { client.call("echo", number(1), LONG) }
                val request = server.receive()
                server.send("", "nothing", "[]", "[".repeat(100_000))
                server.echo(Request(request.id + 1_000, number(3)))
                server.echo(Request(0, number(4)))
                server.send("""{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}""")
                server.echo(request)
                call.await() shouldBe number(1)
                client.counts.malformed.sum() shouldBe 4
                client.counts.unknown.sum() shouldBe 3
            }
        }

        "an answer that is none ends its call at once, and no other; a valid one behind it is late" {
            connected { client, server ->
                val call = async { shouldThrow<InvalidAnswerException> { client.call("echo", number(1), LONG) } }
                val request = server.receive()
                val other = async { client.call("echo", number(2), LONG) }
                val request2 = server.receive()
                server.send("""{"jsonrpc":"2.0","id":${request.id}}""")
                call.await().message shouldContain "neither a result nor an error"
                server.echo(request)
                server.echo(request2)
                other.await() shouldBe number(2)
                server.send("""{"jsonrpc":"2.0","id":${request2.id}}""") // of a request that was answered
                client.roundTrip(server)
                client.counts.run { listOf(malformed, late, duplicate).map { it.sum() } } shouldBe listOf(2L, 1L, 0L)
            }
        }

        "an answer that breaks off, or goes on behind its end, ends its call at once, and no other" {
            connected { client, server ->
                listOf(
                    """1""",
                    """1} true""",
                    """"text""",
                    """1,"result":2}""",
                    "[".repeat(100_000),
                ).forEach { broken ->
                    val call = async { shouldThrow<InvalidAnswerException> { client.call("echo", number(1), LONG) } }
                    server.send("""{"jsonrpc":"2.0","id":${server.receive().id},"result":$broken""")
                    call.await()
                    client.roundTrip(server, 2) shouldBe number(2)
                }
                client.counts.delivered.shouldReach(5)
                client.counts.malformed.sum() shouldBe 5
            }
        }

        "a frame that is too long closes the connection, also if its end never comes" {
            connected(maxFrame = 1_000) { client, server ->
                val call = async { shouldThrow<ConnectionLostException> { client.call("echo", number(1), LONG) } }
                server.receive()
                server.send("x".repeat(1_000), "y".repeat(1_001))
                call.await().cause.shouldBeInstanceOf<FrameTooLongException>()
                call.await().message shouldContain "more than 1000 bytes"
                client.counts.malformed.sum() shouldBe 1
            }
        }

        "a caller that is cancelled leaves the others, and its answer is late" {
            connected { client, server ->
                val call = launch { client.call("echo", number(1), LONG) }
                val abandoned = server.receive()
                val other = async { client.call("echo", number(2), LONG) }
                val request = server.receive()
                call.cancelAndJoin()
                client.waiting shouldBe 1
                server.echo(abandoned)
                server.echo(request)
                other.await() shouldBe number(2)
                client.counts.late.sum() shouldBe 1
                client.counts.undelivered.sum() shouldBe 0
            }
        }

        "an answer whose caller is cancelled before it resumes is undelivered" {
            connected { client, server ->
                val threadless = ThreadlessDispatcher()
                val call = launch(threadless, CoroutineStart.UNDISPATCHED) { client.call("echo", number(1), LONG) }
                server.echo(server.receive())
                client.roundTrip(server)
                call.cancel()
                threadless.runAll()
                call.join()
                client.counts.delivered.shouldReach(2)
                client.counts.undelivered.sum() shouldBe 1
                client.counts.late.sum() shouldBe 0
            }
        }

        "a call that cannot be sent ends in time, too" {
            connected { client, _ ->
                // The server reads nothing: first the buffers of the system are full, then those of the client.
                val big = JsonNodeFactory.instance.stringNode("x".repeat(1024 * 1024))
                List(1_100) {
                    async {
                        shouldThrow<RpcTimeoutException> {
                            client.call("echo", if (it < 20) big else number(it), 200.milliseconds)
                        }
                    }
                }.awaitAll()
                client.waiting shouldBe 0
                client.close()
                shouldThrow<ConnectionLostException> { client.call("echo", number(1), LONG) }
            }
        }

        "an end in order waits for what is still to come" {
            connected { client, server ->
                val call = async { client.call("echo", number(1), LONG) }
                val request = server.receive()
                val isWhole = async { client.finish(LONG) }
                server.receiveOrNull().shouldBeNull()
                server.echo(request)
                server.hangUp()
                isWhole.await() shouldBe true
                call.await() shouldBe number(1)
            }
        }

        "a server that does not end is left" {
            connected { client, server ->
                client.roundTrip(server)
                client.finish(1.milliseconds) shouldBe false
            }
        }

        "a client that is closed fails its callers" {
            connected { client, server ->
                val call = async { shouldThrow<ConnectionLostException> { client.call("echo", number(1), LONG) } }
                server.receive()
                repeat(2) { client.close() }
                call.await().message shouldBe "the connection is lost: the client was closed"
                client.finish(LONG) shouldBe false
            }
        }

        "where nobody listens there is no client" {
            val gone = ScriptedServer().also { it.close() }
            shouldThrow<IOException> { RpcClient.connect(gone.address) }
        }
    })

/** Runs what it is given when it is told to. */
private class ThreadlessDispatcher : CoroutineDispatcher() {
    private val tasks = LinkedBlockingQueue<Runnable>()

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        tasks.add(block)
    }

    fun runAll() {
        while (true) (tasks.poll() ?: return).run()
    }
}

/** A caller may go on before its answer is counted, so this waits for the count. */
private suspend fun LongAdder.shouldReach(count: Long) {
    while (sum() < count) yield()
    sum() shouldBe count
}
