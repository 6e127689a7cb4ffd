package dev.offload.async;

import dev.offload.EarlyWakes;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How to make a wait map.
 *
 * @param early null if it hands early wakes back
 */
record WaitSettings(@Nullable EarlyWakes early, BiConsumer<Integer, String> onUndelivered) {}
