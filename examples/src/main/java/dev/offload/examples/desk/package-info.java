/**
 * The upload desk: a small Spring Boot service that stores files under their SHA-256, each once.
 *
 * <p>To be read in this order: {@link dev.offload.examples.desk.files.UploadDesk}, where the task
 * recorder is; {@link dev.offload.examples.desk.http.FilesController}, with a scope for the work of
 * one request; {@link dev.offload.examples.desk.http.Sending}, a job without a thread; {@link
 * dev.offload.examples.desk.http.ServerEdge}, where slow clients meet the server; {@link
 * dev.offload.examples.desk.DeskApplication}, where one manager is made for the application; and
 * {@link dev.offload.examples.desk.ManagerEnd}, where it ends.
 */
@NullMarked
package dev.offload.examples.desk;

import org.jspecify.annotations.NullMarked;
