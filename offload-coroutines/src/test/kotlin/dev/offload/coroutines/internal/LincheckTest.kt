package dev.offload.coroutines.internal

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Options
import org.jetbrains.lincheck.datastructures.StressOptions
import org.jetbrains.lincheck.datastructures.forClasses
import org.junit.jupiter.api.Test
import java.util.TreeMap
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.LongAdder

/**
 * Checks the operations of a subclass against a sequential specification, an independent class of plain code.
 *
 * Two threads show every race between two operations; three are needed where two of them race about what a third left
 * half done, and are given with fewer operations, because the number of interleavings is exponential in both. One
 * operation before the parallel part reaches states a fresh object does not have, one after it reads what was left.
 *
 * Model checking tries many scenarios and few interleavings of each, since all the races here need three switches of the
 * thread or fewer; stress runs find what the model checker's sequentially consistent memory hides. The map of the JDK
 * and its adders are taken as atomic: their linearizability is not ours to prove.
 */
internal abstract class LincheckTest(private val specification: Class<*>) {
    /** How many generated scenarios; the bound on time. */
    protected open val scenarios = 8

    /** Scenarios to try always, before the generated ones: those in which a defect was found. */
    protected open fun ModelCheckingOptions.known(): ModelCheckingOptions = this

    @Test
    fun `model checking, known scenarios`() = model(threads = 2, actors = 3)
        .iterations(0)
        .invocationsPerIteration(100)
        .known()
        .check(javaClass)

    @Test
    fun `model checking, two threads of three`() = model(threads = 2, actors = 3).iterations(scenarios).check(javaClass)

    @Test
    fun `model checking, three threads of two`() = model(threads = 3, actors = 2).iterations(scenarios).check(javaClass)

    @Test
    fun `stress, three threads of three`() = StressOptions()
        .shape(threads = 3, actors = 3)
        .iterations(scenarios)
        .invocationsPerIteration(300)
        .check(javaClass)

    protected fun model(threads: Int, actors: Int): ModelCheckingOptions = ModelCheckingOptions()
        .shape(threads, actors)
        .invocationsPerIteration(75)
        .addGuarantee(
            forClasses(ConcurrentHashMap::class.java.name, LongAdder::class.java.name).allMethods().treatAsAtomic(),
        )
        // What each thread of a test keeps for itself, and the look at the end, need no interleavings. (`forEach` calls
        // back.)
        .addGuarantee(forClasses(ArrayList::class.java.name).methods { it != "forEach" }.ignore())
        .addGuarantee(forClasses(ArrayDeque::class.java.name).allMethods().ignore())
        // Local to a call, or under the lock that the test is about.
        .addGuarantee(
            forClasses(HashMap::class.java.name, TreeMap::class.java.name, LinkedHashSet::class.java.name)
                .allMethods()
                .ignore(),
        )
        .addGuarantee(forClasses(javaClass.name).methods("atRest").ignore())
        .addGuarantee(forClasses(Settled::class.java.name).allMethods().ignore())
        // The log is one for all tests: a run that Lincheck breaks off within it would leave it without a thread.
        .addGuarantee(forClasses(Log::class.java.name).allMethods().ignore())

    private fun <O : Options<O, *>> O.shape(threads: Int, actors: Int): O = threads(threads)
        .actorsPerThread(actors)
        .actorsBefore(1)
        .actorsAfter(1)
        .sequentialSpecification(specification)

    companion object {
        /** More than any thread number Lincheck gives. */
        const val THREADS = 5
    }
}
