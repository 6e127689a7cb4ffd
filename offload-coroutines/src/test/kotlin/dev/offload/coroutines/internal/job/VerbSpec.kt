package dev.offload.coroutines.internal.job

import dev.offload.OffloadKey
import dev.offload.OffloadKind
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import java.io.IOException

/** What the verbs of a submission differ in, as far as it does not show to callers at once. */
class VerbSpec :
    StringSpec({
        fun Submissions.submitted(key: OffloadKey.Keyed<String>) = submit(key, null, null, ByHandBody())

        fun Submissions.launched(key: OffloadKey.Keyed<String>) = launch(key, null, ByHandBody())

        fun Submissions.shared(key: OffloadKey.Keyed<String>) = share(key, null, null, ByHandBody())

        fun Submissions.called(key: OffloadKey.Keyed<String>) = call(key, null, null, ByHandBody())

        listOf(
            Triple("submitted is kept to be reported", Submissions::submitted, true),
            Triple("launched by a recorder is remembered there, and not reported", Submissions::launched, false),
            Triple("shared is kept to be reported", Submissions::shared, true),
            Triple("called is its caller's, and not reported", Submissions::called, false),
        ).forEach { (title, verb, isKept) ->
            "E3: the failure of a job that was $title" {
                val root = scopeByHand()
                val job = verb(root.submissions(), KIND.key(1)).taken()
                job.begin() shouldBe true
                job.fail(IOException("on purpose"))
                root.hasUnseenFailures() shouldBe isKept
            }
        }
    })

private val KIND = OffloadKind.named<Any, String>("verb")
