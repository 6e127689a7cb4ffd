package dev.offload.examples.desk.http;

import dev.offload.async.AsyncOffloadManager;
import dev.offload.examples.desk.files.Causes;
import dev.offload.examples.desk.files.FileId;
import dev.offload.examples.desk.files.NotStoredException;
import dev.offload.examples.desk.files.StoredFile;
import dev.offload.examples.desk.files.UploadDesk;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/** Sends files. */
@RestController
final class ContentController {
  private static final Logger LOG = LoggerFactory.getLogger(ContentController.class);

  private final AsyncOffloadManager manager;
  private final UploadDesk desk;

  ContentController(AsyncOffloadManager manager, UploadDesk desk) {
    this.manager = manager;
    this.desk = desk;
  }

  /**
   * Sends a file, or a part of it; answers HEAD, too.
   *
   * <p>If the file becomes too short meanwhile, or takes too long, the connection breaks: there is
   * no other way to say so once its length is told.
   */
  @GetMapping("/files/{id}/content")
  void get(@PathVariable FileId id, ServletWebRequest http, HttpServletResponse answer)
      throws NotStoredException, IOException {
    try (StoredFile file = desk.open(id);
        Sending place = Sending.begin(manager)) {
      // Nobody is to see anything else than a file in what somebody else has brought.
      answer.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
      answer.setHeader("X-Content-Type-Options", "nosniff");
      answer.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
      String tag = "\"" + id + "\"";
      if (http.checkNotModified(tag)) {
        return;
      }
      Part part = Part.of(http, tag, file.size());
      part.describe(answer);
      if (answer.getStatus() < HttpStatus.MULTIPLE_CHOICES.value()
          && !HttpMethod.HEAD.equals(http.getHttpMethod())) {
        send(file, part, http.getRequest(), answer, place);
      }
    }
  }

  private static void send(
      StoredFile file,
      Part part,
      HttpServletRequest http,
      HttpServletResponse answer,
      Sending place) {
    try {
      file.copy(part.from(), part.length(), answer.getOutputStream(), place::isOver);
    } catch (AsyncRequestNotUsableException e) {
      ServerEdge.breakOff(http); // the client is gone, or reads no more
    } catch (IOException e) {
      LOG.warn("a download broke off: {}", Causes.describe(e));
      ServerEdge.breakOff(http);
    }
  }
}
