package dev.offload.examples.mailbox.client

import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.property.Arb
import io.kotest.property.arbitrary.byte
import io.kotest.property.arbitrary.byteArray
import io.kotest.property.arbitrary.int
import io.kotest.property.arbitrary.string
import io.kotest.property.checkAll
import tools.jackson.databind.json.JsonMapper
import tools.jackson.databind.node.JsonNodeFactory

private fun read(frame: String): Incoming = RpcCodec.read(frame.encodeToByteArray())

class RpcCodecSpec :
    StringSpec({
        "a request is one line, whatever is in it" {
            checkAll(Arb.string()) { text ->
                val frame = RpcCodec.request(7, "m\n", JsonNodeFactory.instance.arrayNode().add(text + "\r\n"))
                frame.indexOf('\n'.code.toByte()) shouldBe frame.size - 1
                JsonMapper.shared().readTree(frame)["params"][0].stringValue() shouldBe text + "\r\n"
            }
        }

        "an answer has a result, be it null" {
            val answer = read("""{"jsonrpc":"2.0","id":7,"result":null}""").shouldBeInstanceOf<Incoming.Answer>()
            answer.id shouldBe 7
            answer.value.shouldBeInstanceOf<RpcAnswer.Result>().value.isNull shouldBe true
        }

        "an id that no request has makes a stray answer" {
            listOf("null", "\"7\"", "7.0", "7.5", "1e3", "9223372036854775808").forAll {
                read("""{"jsonrpc":"2.0","id":$it,"result":1}""") shouldBe Incoming.Stray
            }
        }

        "what is no answer, but has an id that a request may have, is invalid" {
            listOf(
                """{"jsonrpc":"2.0","id":7}""",
                """{"jsonrpc":"1.0","id":7,"result":1}""",
                """{"jsonrpc":2.0,"id":7,"result":1}""",
                """{"id":7,"result":1}""",
                """{"jsonrpc":"2.0","id":7,"result":1,"error":{"code":1,"message":"both"}}""",
                """{"jsonrpc":"2.0","id":7,"error":"text"}""",
                """{"jsonrpc":"2.0","id":7,"error":{"code":"1","message":"text"}}""",
                """{"jsonrpc":"2.0","id":7,"error":{"code":1.5,"message":"text"}}""",
                """{"jsonrpc":"2.0","id":7,"error":{"code":9999999999,"message":"text"}}""",
                """{"jsonrpc":"2.0","id":7,"error":{"code":1}}""",
                """{"jsonrpc":"2.0","id":7,"method":"m","result":1}""",
            ).forAll { read(it) shouldBe Incoming.Invalid(7) }
        }

        "what breaks off or goes on too long, but tells its id, is invalid" {
            listOf(
                """{"jsonrpc":"2.0","id":7,"result":word}""",
                """{"jsonrpc":"2.0","id":7,"result":1} {}""",
                """{"jsonrpc":"2.0","id":7,"result":1""",
                """{"jsonrpc":"2.0","id":7,"result":"tex""",
                """{"jsonrpc":"2.0","result":1,"id":7}}""",
                """{"jsonrpc":"2.0","id":7,"result":1,"result":2}""",
                """{"jsonrpc":"2.0","result":{"id":8},"id":7,"error":""",
                """{"jsonrpc":"2.0","id":7,"result":${"[".repeat(500_000)}${"]".repeat(500_000)}}""",
                """{"jsonrpc":"2.0","id":7,"result":${"7".repeat(500_000)}}""",
                """{"jsonrpc":"2.0","id":7,"result":"\x"}""",
            ).forAll { read(it) shouldBe Incoming.Invalid(7) }
        }

        "what is no answer to a request is malformed" {
            listOf(
                "",
                " ",
                "null",
                "7",
                "\"text\"",
                "nothing",
                "[]",
                "{}",
                """{"jsonrpc":"2.0","result":1}""",
                """{"jsonrpc":"2.0","method":"notify"}""",
                """{"jsonrpc":"2.0","id":7,"method":"a request of the server, with an id of its own"}""",
                """{"jsonrpc":"2.0","id":"7"}""",
                """{"jsonrpc":"2.0","id":7.5}""",
                """{"jsonrpc":"2.0","id":[7],"result":1}""",
                """{"jsonrpc":"2.0","id":true,"result":1}""",
                """{"jsonrpc":"2.0","id":7,"id":8,"result":1}""",
                """{"jsonrpc":"2.0","id":7,"result":1,"id":8,"result":""",
                """{"jsonrpc":"2.0","result":1,"id":7""", // or what is left of 75
                """{"jsonrpc":"2.0","id":7,"method":"m","params":""",
                """{"jsonrpc":"2.0","id":"7","result":""",
                """{"jsonrpc":"2.0","id":7.5,"result":""",
                """{"jsonrpc":"2.0","result":{"id":7},"error":""",
                """{"jsonrpc":"2.0","result":word,"id":7}""",
                """[{"jsonrpc":"2.0","id":7,"result":""",
                """{"jsonrpc":"2.0","id":${"7".repeat(500_000)},"result":1}""",
                """{"jsonrpc":"2.0","id":9223372036854775808,"result":""",
            ).forAll { read(it) shouldBe Incoming.Malformed }
        }

        "no bytes are too strange" {
            checkAll(Arb.byteArray(Arb.int(0..50), Arb.byte())) {
                RpcCodec.read(it).shouldBeInstanceOf<Incoming>()
            }
        }
    })
