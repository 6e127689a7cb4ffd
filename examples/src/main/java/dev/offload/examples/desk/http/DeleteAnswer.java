package dev.offload.examples.desk.http;

import dev.offload.RevokeOutcome;
import dev.offload.RevokeOutcome.NotSucceeded;
import dev.offload.RevokeOutcome.RevokeFailed;
import dev.offload.RevokeOutcome.Revoked;
import dev.offload.TaskState;
import dev.offload.examples.desk.files.Causes;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/**
 * A file was deleted.
 *
 * @param freedBytes how large it was
 */
record DeleteAnswer(long freedBytes) {

  /** Says in HTTP how a delete went. */
  static ResponseEntity<?> of(RevokeOutcome<Long> outcome) {
    if (outcome instanceof Revoked<Long> revoked) {
      return ResponseEntity.ok(new DeleteAnswer(revoked.value()));
    }
    if (outcome instanceof NotSucceeded<Long> not && not.state() == TaskState.NOT_FOUND) {
      return problem(HttpStatus.NOT_FOUND, "there is no such file");
    }
    if (outcome instanceof NotSucceeded<Long> not) {
      return problem(HttpStatus.CONFLICT, "there is nothing to delete, the file is " + not.state());
    }
    if (outcome instanceof RevokeFailed<Long> failed) {
      return problem(
          HttpStatus.INTERNAL_SERVER_ERROR,
          "the file is still there: " + Causes.describe(failed.cause()));
    }
    return problem(HttpStatus.CONFLICT, "the file is being deleted");
  }

  private static ResponseEntity<?> problem(HttpStatus status, String detail) {
    return ResponseEntity.of(ProblemDetail.forStatusAndDetail(status, detail)).build();
  }
}
