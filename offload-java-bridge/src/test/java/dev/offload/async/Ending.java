package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.OffloadKey;

/** The ways in which a job comes to its end. */
enum Ending {
  VALUE {
    @Override
    void play(Face face, OffloadKey<Integer> key, Handle<Integer> handle, Body<Integer> body) {
      body.release();
      Outcome.of(handle).assertValue(1);
    }
  },
  EXCEPTION {
    @Override
    Integer act() throws Exception {
      throw new java.io.IOException("on purpose");
    }

    @Override
    void play(Face face, OffloadKey<Integer> key, Handle<Integer> handle, Body<Integer> body) {
      body.release();
      Outcome.of(handle).assertFailure(java.io.IOException.class);
    }
  },
  ERROR {
    @Override
    Integer act() {
      throw new StackOverflowError("on purpose");
    }

    @Override
    void play(Face face, OffloadKey<Integer> key, Handle<Integer> handle, Body<Integer> body) {
      body.release();
      Outcome.of(handle).assertFailure(StackOverflowError.class);
    }
  },
  CANCELLED_BY_KEY {
    @Override
    void play(Face face, OffloadKey<Integer> key, Handle<Integer> handle, Body<Integer> body) {
      body.awaitStarted();
      assertTrue(face.cancel(key));
      Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
    }
  },
  GIVEN_UP {
    @Override
    void play(Face face, OffloadKey<Integer> key, Handle<Integer> handle, Body<Integer> body) {
      body.awaitStarted();
      assertTrue(handle.cancel());
      assertTrue(face.isGivenUp(Outcome.of(handle).failure()));
    }
  };

  /** What the body does when it is released. */
  Integer act() throws Exception {
    return 1;
  }

  /** Brings the job to its end, and sees that its caller is told. */
  abstract void play(
      Face face, OffloadKey<Integer> key, Handle<Integer> handle, Body<Integer> body);
}
