package dev.offload.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.offload.AbandonPolicy;
import dev.offload.ConcurrencyLimit;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.OffloadConfig;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.async.AsyncOffloadScope;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.async.AsyncWaitMap;
import dev.offload.async.KotlinInterop;
import dev.offload.async.OffloadFuture;
import dev.offload.async.RunningJob;
import dev.offload.coroutines.CurrentOffload;
import dev.offload.coroutines.DisabledOffload;
import dev.offload.coroutines.OffloadDeferred;
import dev.offload.coroutines.OffloadManager;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Privacy: ids, keys and values may be personal data. Whatever public type holds one, its text does
 * not show it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShownTextTest {
  private static final String SECRET = "alice@example.org";
  private static final OffloadKind<Object, String> LOAD = OffloadKind.named("load");
  private static final OffloadKey.Keyed<String> KEY = LOAD.key(SECRET);

  /** They hold what somebody wrote into the code, and nothing of a job. */
  private static final Set<String> OF_CODE =
      Set.of(
          "dev.offload.OffloadConfig$Builder",
          "dev.offload.async.AsyncOffloadManager$Builder",
          "dev.offload.async.AsyncWaitMap$Builder",
          "dev.offload.async.ContextCarriers",
          "dev.offload.async.KotlinInterop",
          "dev.offload.coroutines.TaskRecorder$Companion");

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final OffloadManager kotlin = KotlinInterop.asKotlin(manager);
  private final AsyncOffloadScope scope = manager.openScope("scope");
  private final AsyncTaskRecorder<String, String> recorder =
      AsyncTaskRecorder.create(manager, LOAD);
  private final AsyncWaitMap<String, String> map = AsyncWaitMap.create();
  private final CompletableFuture<String> never = new CompletableFuture<>();

  /** One of each class, by its name. */
  private final Map<String, Object> made = new HashMap<>();

  @BeforeEach
  void make() throws Exception {
    made(AbandonPolicy.cancel());
    OffloadFuture<String> future =
        manager.submit(
            KEY,
            () -> {
              made(RunningJob.current().orElseThrow());
              return SECRET;
            });
    assertEquals(SECRET, future.get(30, TimeUnit.SECONDS));
    OffloadFuture<String> running = manager.shareStage(LOAD.key("2" + SECRET), () -> never);
    CompletableFuture<String> waiting = map.await(SECRET);
    OffloadDeferred<String> deferred = KotlinInterop.asDeferred(running);
    made(KEY, LOAD, LOAD.auto(), LOAD.explicit(1), OffloadConfig.defaults());
    made(manager, scope, recorder, map, future, DisabledOffload.INSTANCE);
    made(recorder.transitions(event -> {}), new CurrentOffload(KEY, kotlin));
    others.addAll(List.of(kotlin, KotlinInterop.asKotlin(scope), KotlinInterop.asKotlin(map)));
    others.addAll(List.of(KotlinInterop.asKotlin(recorder), deferred, running, waiting));
    handle = running;
  }

  private final List<Object> others = new ArrayList<>();
  private OffloadHandle handle;

  private void made(Object... objects) {
    for (Object each : objects) {
      made.put(each.getClass().getName(), each);
    }
  }

  @AfterEach
  void end() {
    never.complete("");
    scope.cancel();
    manager.cancelAll();
    map.close();
  }

  @Test
  @DisplayName("privacy: no public type shows an id, a key or a value that it holds")
  void shown() throws Exception {
    Set<String> unknown = new TreeSet<>();
    for (Class<?> library : List.of(LOAD.getClass(), OffloadManager.class, manager.getClass())) {
      for (String name : ClassFiles.beside(library).keySet()) {
        Class<?> type = Class.forName(name, false, library.getClassLoader());
        if (isShown(type) && !OF_CODE.contains(name)) {
          check(type, unknown);
        }
      }
    }
    assertEquals(Set.of(), unknown, "make one here, or say that it holds nothing");
    others.forEach(ShownTextTest::hides);
  }

  private static boolean isShown(Class<?> type) {
    int modifiers = type.getModifiers();
    boolean isPublic = Modifier.isPublic(modifiers) && !type.getName().contains(".internal.");
    boolean isMade = !Modifier.isAbstract(modifiers) && type.getConstructors().length > 0;
    boolean isOfKotlin = isStatic(type) || type.isInterface();
    return isPublic && !type.isEnum() && (isMade || !isOfKotlin);
  }

  /** Kotlin's top-level functions are methods of a class that nobody makes. */
  private static boolean isStatic(Class<?> type) {
    for (var method : type.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())) {
        return false;
      }
    }
    return true;
  }

  private void check(Class<?> type, Set<String> unknown) throws Exception {
    Object one = made.get(type.getName());
    if (one != null) {
      hides(one);
    } else if (type.isRecord()) {
      hides(record(type));
    } else if (Throwable.class.isAssignableFrom(type)) {
      for (var field : type.getDeclaredFields()) {
        Class<?> held = field.getType();
        boolean holds = held == Object.class || OffloadKey.class.isAssignableFrom(held);
        assertFalse(holds, () -> type + " holds " + field);
      }
    } else if (!Modifier.isAbstract(type.getModifiers())) {
      unknown.add(type.getName());
    }
  }

  private Object record(Class<?> type) throws Exception {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(type, components[i]);
    }
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }

  private Object value(Class<?> of, RecordComponent component) {
    Class<?> type = component.getType();
    if (type == Object.class) {
      return SECRET;
    } else if (type == String.class) {
      return "load";
    } else if (type == int.class) {
      return 1;
    } else if (type == long.class) {
      return 0L;
    } else if (type == boolean.class) {
      return true;
    } else if (type == Duration.class) {
      return Duration.ofSeconds(component.getName().equals("cancelAfter") ? 2 : 1);
    } else if (type == Instant.class) {
      return Instant.EPOCH;
    } else if (type == OffloadKey.class) {
      return KEY;
    } else if (type == OffloadHandle.class) {
      return handle;
    } else if (type == Throwable.class) {
      return new IllegalStateException();
    } else if (type == TimeoutPolicy.class) {
      return TimeoutPolicy.cancelAfter(Duration.ofSeconds(1));
    } else if (type == AbandonPolicy.class) {
      return AbandonPolicy.linger(Duration.ofSeconds(1));
    } else if (type == ConcurrencyLimit.class) {
      return ConcurrencyLimit.of(1);
    } else if (type == List.class && component.getGenericType().getTypeName().contains("Job")) {
      JobState running = JobState.RUNNING;
      return List.of(new JobSnapshot(7, KEY, "load", running, null, 1, Duration.ZERO, null));
    } else if (type == List.class) {
      return List.of();
    } else if (type == Set.class) {
      return Set.of(SECRET);
    } else if (type == Map.class) {
      return Map.of();
    } else if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    try {
      return record(type);
    } catch (Exception e) {
      throw new AssertionError("how to make " + component + " of " + of + "?", e);
    }
  }

  private static void hides(Object shown) {
    String text = shown.toString();
    assertFalse(text.contains(SECRET), () -> shown.getClass() + " shows " + text);
  }
}
