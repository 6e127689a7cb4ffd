package dev.offload.examples.mailbox.client

import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe

class AnsweredIdsSpec :
    StringSpec({
        "an id is new once, among as many as are remembered" {
            val ids = AnsweredIds()
            val all = (1L..AnsweredIds.SIZE).shuffled()
            all.count(ids::add) shouldBe all.size
            all.count(ids::add) shouldBe 0
        }

        "an id far behind the others is forgotten, and no other is taken for it" {
            val ids = AnsweredIds()
            val sameSlot = List(3) { 5L + it * AnsweredIds.SIZE }
            sameSlot.forAll { ids.add(it) shouldBe true }
            ids.add(sameSlot.last()) shouldBe false
            ids.add(sameSlot.first()) shouldBe true
        }
    })
