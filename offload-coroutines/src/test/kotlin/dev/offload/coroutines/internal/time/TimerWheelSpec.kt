package dev.offload.coroutines.internal.time

import dev.offload.coroutines.internal.job.entries
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.longs.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import java.util.TreeMap
import kotlin.random.Random

internal class TimerWheelSpec :
    StringSpec({
        for (seed in 1..50) {
            "T1: ticks near and far come out in their time and order, but for what was taken out: $seed" {
                val random = Random(seed)
                val wheel = TimerWheel()
                val expected = TreeMap<Long, LinkedHashSet<TimerEntry>>()
                var now = 0L
                repeat(2_000) {
                    when (random.nextInt(5)) {
                        in 0..2 -> {
                            // As many for each order of magnitude.
                            val entry = entry(now - 3 + random.nextLong(1L shl random.nextInt(1, 44)))
                            wheel.add(entry)
                            expected.getOrPut(entry.tick, ::LinkedHashSet) += entry
                        }

                        3 -> {
                            if (expected.isNotEmpty()) {
                                val (tick, entries) = expected.entries.random(random)
                                val entry = entries.random(random)
                                wheel.remove(entry)
                                entries -= entry
                                if (entries.isEmpty()) expected -= tick
                            }
                        }

                        else -> {
                            val before = now
                            now += random.nextLong(1L shl random.nextInt(1, 40))
                            val due = ArrayList<TimerEntry>()
                            wheel.advance(now, due::add)
                            val times = due.map { maxOf(it.tick, before) }
                            times shouldContainExactly times.sorted()
                            val head = expected.headMap(now, true)
                            due.toSet() shouldBe head.values.flatten().toSet()
                            due.size shouldBe head.values.sumOf { it.size }
                            head.clear()
                        }
                    }
                    val next = wheel.next()
                    if (expected.isEmpty()) {
                        next shouldBe TimerWheel.NEVER
                    } else {
                        next shouldBeGreaterThanOrEqual now
                        next shouldBeLessThanOrEqual maxOf(now, expected.firstKey())
                        if (expected.firstKey() > now) next shouldBeGreaterThan now
                    }
                }
            }
        }

        "T1: on the way to a tick that is far away the wheel is turned a few times, not once per tick" {
            val wheel = TimerWheel()
            val far = entry((1L shl 43) + 12_345)
            wheel.add(far)
            val due = ArrayList<TimerEntry>()
            var turns = 0
            while (due.isEmpty()) {
                wheel.advance(wheel.next(), due::add)
                turns++
            }
            due shouldContainExactly listOf(far)
            turns.toLong() shouldBeLessThanOrEqual 8
        }

        "T1: the last tick there is has its place" {
            val wheel = TimerWheel()
            val last = entry(Long.MAX_VALUE - 1)
            wheel.advance(12_345) {}
            wheel.add(last)
            wheel.remove(last)
            wheel.next() shouldBe TimerWheel.NEVER
            val due = ArrayList<TimerEntry>()
            wheel.advance(Long.MAX_VALUE - 1, due::add)
            due.shouldBeEmpty()
        }
    })

private fun entry(tick: Long) = TimerEntry(TimerQueue({}, {}), tick) {}
