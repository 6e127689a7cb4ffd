package dev.offload.examples.compare;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What is asked about each way to load a value. */
enum Question {
  ONE_LOAD("one load for all") {
    @Override
    boolean answer(Flights flights, Load load) {
      List<CompletableFuture<String>> callers = Callers.ask(flights, load);
      load.mayGoOn.countDown();
      return Callers.haveValue(callers) && load.runs.get() == 1;
    }
  },

  CANCEL("one `cancel()` leaves the others alone") {
    @Override
    boolean answer(Flights flights, Load load) {
      List<CompletableFuture<String>> callers = Callers.ask(flights, load);
      callers.get(0).cancel(true);
      load.mayGoOn.countDown();
      return Callers.haveValue(callers.subList(1, callers.size()));
    }
  },

  EXPIRY("so does one `orTimeout`") {
    @Override
    boolean answer(Flights flights, Load load) {
      List<CompletableFuture<String>> callers = Callers.ask(flights, load);
      CompletableFuture<String> expiring = callers.get(0).orTimeout(1, TimeUnit.MILLISECONDS);
      boolean answered = Callers.hasValue(expiring); // no: the load may not go on yet
      load.mayGoOn.countDown();
      return !answered && Callers.haveValue(callers.subList(1, callers.size()));
    }
  },

  CACHED("keeps the value") {
    @Override
    boolean answer(Flights flights, Load load) {
      load.mayGoOn.countDown();
      boolean first = Callers.haveValue(Callers.ask(flights, load));
      int runs = load.runs.get();
      return first && Callers.haveValue(Callers.ask(flights, load)) && load.runs.get() == runs;
    }
  },

  RECOVERS("loads again after a failure") {
    @Override
    boolean answer(Flights flights, Load load) {
      load.fails = true;
      List<CompletableFuture<String>> callers = Callers.ask(flights, load);
      load.mayGoOn.countDown();
      boolean failed = !callers.stream().map(Callers::hasValue).reduce(false, Boolean::logicalOr);
      flights.settle(Callers.KEY);
      load.fails = false;
      return failed && Callers.hasValue(flights.ask(Callers.KEY, load));
    }
  };

  /** As in README.md. */
  final String title;

  Question(String title) {
    this.title = title;
  }

  /** Finds out, with a load that nobody has asked for yet. */
  abstract boolean answer(Flights flights, Load load);
}
