package dev.offload.examples.desk.http;

import dev.offload.OffloadCancelledException;
import dev.offload.OffloadRejectedException;
import dev.offload.OffloadTimeoutException;
import dev.offload.examples.desk.files.BrokenUploadException;
import dev.offload.examples.desk.files.Causes;
import dev.offload.examples.desk.files.FileState;
import dev.offload.examples.desk.files.FileStatus;
import dev.offload.examples.desk.files.InboxException;
import dev.offload.examples.desk.files.NotStoredException;
import dev.offload.examples.desk.files.TooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/**
 * Says in HTTP what went wrong. A future's {@code join} wraps what a body threw; Spring looks for a
 * handler of the cause by itself.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE) // before Spring's own, which says less
final class Problems {
  static final String NOT_LISTED = "state must be WORKING, SUCCEEDED or FAILED, or MISSING";

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  @ExceptionHandler
  ResponseEntity<ProblemDetail> tooLarge(TooLargeException e) {
    return answer(HttpStatus.CONTENT_TOO_LARGE, Causes.describe(e));
  }

  /** The client is gone, most likely; one that stands still Tomcat tells 408 in place of this. */
  @ExceptionHandler
  ResponseEntity<ProblemDetail> broken(BrokenUploadException e) {
    return answer(HttpStatus.BAD_REQUEST, Causes.describe(e));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> tooSlow(OffloadTimeoutException e) {
    return answer(HttpStatus.REQUEST_TIMEOUT, "the upload took too long");
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> notStored(NotStoredException e) {
    FileStatus file = e.status();
    return switch (file.state()) {
      case NOT_FOUND -> answer(HttpStatus.NOT_FOUND, "there is no such file");
      case MISSING -> answer(HttpStatus.GONE, "the file is missing: " + file.cause());
      case SUCCEEDED -> answer(HttpStatus.CONFLICT, "the file is being deleted, or has just come");
      case WORKING, FAILED -> answer(HttpStatus.CONFLICT, Causes.describe(e));
    };
  }

  /** Too many uploads or downloads, or the desk is closing. */
  @ExceptionHandler({OffloadRejectedException.class, OffloadCancelledException.class})
  ResponseEntity<ProblemDetail> busy() {
    return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, "1")
        .body(
            ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "the desk is busy, or about to close"));
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> disk(InboxException e) {
    LOG.warn("an upload was not received: {}", Causes.describe(e));
    return answer(HttpStatus.INTERNAL_SERVER_ERROR, Causes.describe(e));
  }

  /** An id or a state is none. */
  @ExceptionHandler
  ResponseEntity<ProblemDetail> noneSuch(MethodArgumentTypeMismatchException e) {
    boolean isState = FileState.class.equals(e.getRequiredType());
    return answer(
        HttpStatus.BAD_REQUEST, isState ? NOT_LISTED : Causes.describe(e.getMostSpecificCause()));
  }

  private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String detail) {
    return ResponseEntity.of(ProblemDetail.forStatusAndDetail(status, detail)).build();
  }
}
