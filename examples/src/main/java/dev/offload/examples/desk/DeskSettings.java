package dev.offload.examples.desk;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * What can be chosen; the defaults are in {@code application.properties}.
 *
 * @param dir where files are kept
 * @param maxSize how large one may be
 * @param grace how long a stop waits, first for requests, then for tasks
 * @param receiveAtOnce how many uploads are received at a time
 * @param receiveWaiting how many wait for their turn; more are refused
 * @param receiveTime how long an upload may take
 */
@ConfigurationProperties("desk")
record DeskSettings(
    Path dir,
    DataSize maxSize,
    Duration grace,
    int receiveAtOnce,
    int receiveWaiting,
    Duration receiveTime) {}
