package dev.offload.examples.desk.http;

import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncOffloadScope;
import dev.offload.examples.desk.files.BrokenUploadException;
import dev.offload.examples.desk.files.FileId;
import dev.offload.examples.desk.files.FileState;
import dev.offload.examples.desk.files.FileStatus;
import dev.offload.examples.desk.files.Inbox;
import dev.offload.examples.desk.files.InboxException;
import dev.offload.examples.desk.files.Receipt;
import dev.offload.examples.desk.files.TemporaryFile;
import dev.offload.examples.desk.files.TooLargeException;
import dev.offload.examples.desk.files.UploadDesk;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What a client can ask of the desk. */
@RestController
@RequestMapping("/files")
final class FilesController {
  private static final int LIST_LIMIT = 1000;

  private final AsyncOffloadManager manager;
  private final Inbox inbox;
  private final UploadDesk desk;

  FilesController(AsyncOffloadManager manager, Inbox inbox, UploadDesk desk) {
    this.manager = manager;
    this.inbox = inbox;
    this.desk = desk;
  }

  /**
   * Receives a file, and answers when its bytes are here; storing them goes on.
   *
   * <p>The order in which the resources are closed is what holds this together. First the body, so
   * that nobody reads on if the request has run out of time; then the scope, which waits until
   * nobody writes to the file; then the file, which is removed unless the desk took it.
   */
  @PostMapping
  ResponseEntity<PostAnswer> post(HttpServletRequest http)
      throws TooLargeException, BrokenUploadException, InboxException, IOException {
    inbox.requireRoomFor(http.getContentLengthLong());
    try (TemporaryFile file = inbox.open();
        AsyncOffloadScope request = manager.openScope("POST /files");
        UploadBody body = new UploadBody(http.getInputStream())) {
      FileId id = request.submit(Inbox.RECEIVE.auto(), () -> inbox.receive(body, file)).join();
      Receipt receipt = desk.take(file, id);
      return ResponseEntity.status(
              receipt == Receipt.STORED_ALREADY ? HttpStatus.OK : HttpStatus.ACCEPTED)
          .location(URI.create("/files/" + id))
          .body(new PostAnswer(id, receipt));
    }
  }

  /** Tells how far a file has come. */
  @GetMapping("/{id}")
  ResponseEntity<FileStatus> get(@PathVariable FileId id) {
    FileStatus file = desk.status(id);
    HttpStatus code = file.state() == FileState.NOT_FOUND ? HttpStatus.NOT_FOUND : HttpStatus.OK;
    return ResponseEntity.status(code).body(file);
  }

  /** Lists the files in a state; if there are very many, some of them. */
  @GetMapping
  ListAnswer list(@RequestParam FileState state) {
    if (state == FileState.NOT_FOUND) {
      throw new ResponseStatusException(HttpStatus.BAD_REQUEST, Problems.NOT_LISTED);
    }
    List<FileStatus> files = desk.list(state).limit(LIST_LIMIT).toList();
    return new ListAnswer(desk.count(state), files);
  }

  /** Deletes a file. No thread waits for the disk. */
  @DeleteMapping("/{id}")
  CompletableFuture<ResponseEntity<?>> delete(@PathVariable FileId id) {
    return desk.delete(id).thenApply(DeleteAnswer::of);
  }
}
