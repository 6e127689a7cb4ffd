package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SubmissionTest {

  private static final OffloadHandle HANDLE =
      new OffloadHandle() {
        @Override
        public OffloadKey<?> key() {
          return OffloadKind.named("load").explicit(4711);
        }

        @Override
        public long jobNumber() {
          return 1;
        }

        @Override
        public JobState jobState() {
          return JobState.QUEUED;
        }

        @Override
        public boolean joined() {
          return false;
        }

        @Override
        public boolean cancel() {
          return false;
        }
      };

  @Test
  @DisplayName("key problem 3, R7: a submission has four named outcomes and no other")
  void exhaustive() {
    assertTrue(Submission.class.isSealed());
    assertEquals(
        Set.of(
            Submission.Started.class,
            Submission.Joined.class,
            Submission.Replaced.class,
            Submission.Rejected.class),
        Set.of(Submission.class.getPermittedSubclasses()));
  }

  @Test
  @DisplayName("key problem 3, R7: three outcomes carry the handle, a refusal carries its reason")
  void handle() {
    assertSame(HANDLE, new Submission.Started<>(HANDLE).handleOrNull());
    assertSame(HANDLE, new Submission.Joined<>(HANDLE).handleOrNull());
    assertSame(HANDLE, new Submission.Replaced<>(HANDLE).handleOrNull());
    Submission.Rejected<OffloadHandle> refusal =
        new Submission.Rejected<>(RejectReason.KEY_IN_FLIGHT);
    assertNull(refusal.handleOrNull());
    assertEquals(RejectReason.KEY_IN_FLIGHT, refusal.reason());
  }

  @Test
  @DisplayName("R7: outcomes with the same handle are still different outcomes")
  void outcomesDiffer() {
    assertNotEquals(
        (Submission<OffloadHandle>) new Submission.Started<>(HANDLE),
        (Submission<OffloadHandle>) new Submission.Joined<>(HANDLE));
  }
}
