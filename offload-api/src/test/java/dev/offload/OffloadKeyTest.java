package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OffloadKeyTest {

  private static final OffloadKind<Object, String> LOAD = OffloadKind.named("load");

  /** The kind a second constant of the same name would be. */
  private static final OffloadKind<Object, String> NAMESAKE = OffloadKind.named("load");

  static Stream<OffloadKey<String>> oneOfEachForm() {
    return Stream.of(LOAD.key("alice"), LOAD.explicit(7), LOAD.auto());
  }

  @Test
  @DisplayName("key problem 1: an auto key is a form of its own, complete when it is made")
  void autoIsComplete() {
    OffloadKey.Auto<String> key = LOAD.auto();

    assertSame(LOAD, key.kind());
    assertTrue(key.id() > 0);
    assertNotEquals(LOAD.explicit(key.id()), key);
    assertNotEquals(key, LOAD.explicit(key.id()));
  }

  @Test
  @DisplayName("key problem 1: no two auto keys have the same id, whoever makes them")
  void autoIdsAreDistinct() {
    int keys = 10_000;

    Set<Long> ids =
        IntStream.range(0, keys)
            .parallel()
            .mapToObj(i -> (i % 2 == 0 ? LOAD : NAMESAKE).auto().id())
            .collect(Collectors.toSet());

    assertEquals(keys, ids.size());
  }

  @Test
  @DisplayName("key problem 1: an auto key cannot be forged, nobody else can make one")
  void autoCannotBeForged() {
    assertEquals(0, OffloadKey.Auto.class.getConstructors().length);
    assertTrue(Modifier.isFinal(OffloadKey.Auto.class.getModifiers()));
    assertNotEquals(LOAD.auto(), LOAD.auto());
  }

  @ParameterizedTest
  @MethodSource("oneOfEachForm")
  @DisplayName("key problem 2: whoever holds a key of any form finds what is stored under it")
  void everyKeyCanBeLookedUp(OffloadKey<String> key) {
    Map<OffloadKey<?>, String> live = new HashMap<>();
    oneOfEachForm().forEach(other -> live.put(other, "other"));
    live.put(key, "mine");

    assertEquals("mine", live.get(key));
    assertEquals(key, key);
  }

  @Test
  @DisplayName("key problem 2: keyed and explicit keys are found by a key made anew")
  void madeAnew() {
    Map<OffloadKey<?>, String> live =
        Map.of(LOAD.key("alice"), "keyed", LOAD.explicit(7), "explicit");

    assertEquals("keyed", live.get(LOAD.key("al".concat("ice"))));
    assertEquals("explicit", live.get(LOAD.explicit(7)));
  }

  @Test
  @DisplayName("vocabulary: there are three forms of keys and no other")
  void sealed() {
    assertTrue(OffloadKey.class.isSealed());
    assertEquals(
        Set.of(OffloadKey.Keyed.class, OffloadKey.Explicit.class, OffloadKey.Auto.class),
        Set.of(OffloadKey.class.getPermittedSubclasses()));
    for (Class<?> form : OffloadKey.class.getPermittedSubclasses()) {
      assertTrue(Modifier.isFinal(form.getModifiers()), form::getName);
    }
  }

  @Test
  @DisplayName("vocabulary: keyed keys are equal if kind and id are")
  void keyedEquality() {
    OffloadKey<String> key = LOAD.key(List.of("a", 1));
    OffloadKey<String> same = LOAD.key(new ArrayList<>(List.of("a", 1)));

    assertEquals(key, same);
    assertEquals(same, key);
    assertEquals(key.hashCode(), same.hashCode());
    assertNotEquals(key, LOAD.key(List.of("a", 2)));
    assertNotEquals(null, key);
    assertNotEquals("load", key);
  }

  @Test
  @DisplayName("vocabulary: ids whose hash codes collide do not make keys equal")
  void collidingHashes() {
    assertEquals("Aa".hashCode(), "BB".hashCode(), "the example collides");
    assertNotEquals(LOAD.key("Aa"), LOAD.key("BB"));
  }

  @Test
  @DisplayName("vocabulary: explicit keys are equal if kind and number are")
  void explicitEquality() {
    assertEquals(LOAD.explicit(Long.MIN_VALUE), LOAD.explicit(Long.MIN_VALUE));
    assertEquals(LOAD.explicit(7).hashCode(), LOAD.explicit(7).hashCode());
    assertNotEquals(LOAD.explicit(7), LOAD.explicit(8));
    assertNotEquals(LOAD.explicit(7), LOAD.explicit(7L + (1L << 32)));
  }

  @Test
  @DisplayName("vocabulary: keys of another kind of the same name are other keys")
  void namesakes() {
    assertNotEquals(LOAD.key("alice"), NAMESAKE.key("alice"));
    assertNotEquals(LOAD.explicit(7), NAMESAKE.explicit(7));
  }

  @Test
  @DisplayName("vocabulary: a keyed and an explicit key of the same number are different keys")
  void formsDiffer() {
    assertNotEquals(LOAD.key(7L), LOAD.explicit(7));
    assertNotEquals(LOAD.explicit(7), LOAD.key(7L));
  }

  @Test
  @DisplayName("vocabulary: an id that changes cannot make its own entry unreachable")
  void hashIsCached() {
    List<String> id = new ArrayList<>(List.of("before"));
    OffloadKey.Keyed<String> key = LOAD.key(id);
    Map<OffloadKey<?>, String> live = new HashMap<>(Map.of(key, "here"));
    int hash = key.hashCode();

    id.add("after");

    assertNotNull(key.id());
    assertEquals(hash, key.hashCode());
    assertEquals("here", live.get(key));
    assertEquals("here", live.remove(key));
  }

  @Test
  @DisplayName("vocabulary: a key tells its kind and its id")
  void parts() {
    assertSame(LOAD, LOAD.key("alice").kind());
    assertSame(LOAD, LOAD.explicit(7).kind());
    assertEquals("alice", LOAD.key("alice").id());
    assertEquals(7, LOAD.explicit(7).id());
  }
}
