package dev.offload.contract.face;

import dev.offload.EarlyWakes;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How to make a wait map.
 *
 * @param early null if it hands early wakes back
 * @param remember how many keys it remembers
 */
public record WaitSettings(
    @Nullable EarlyWakes early, int remember, BiConsumer<Integer, String> onUndelivered) {}
