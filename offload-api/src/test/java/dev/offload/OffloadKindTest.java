package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffloadKindTest {

  private static final String LONGEST = "k".repeat(OffloadKind.MAX_NAME_LENGTH);

  @ParameterizedTest
  @ValueSource(strings = {"a", "user.load", "UserLoad", "user-load_2", "0", "Z", "._-"})
  @DisplayName("vocabulary: a name is made of A-Z a-z 0-9 . _ - and kept as given")
  void goodName(String name) {
    OffloadKind<Object, String> kind = OffloadKind.named(name);

    assertEquals(name, kind.name());
    assertEquals(name, kind.toString());
  }

  @Test
  @DisplayName("vocabulary: a name has at most 64 characters")
  void longestName() {
    assertEquals(64, OffloadKind.<Object, String>named(LONGEST).name().length());
    Refusal.names("name", "1 to 64 characters", () -> OffloadKind.named(LONGEST + "k"));
  }

  @Test
  @DisplayName("vocabulary: a name is not empty")
  void emptyName() {
    Refusal.names("name", "1 to 64 characters", () -> OffloadKind.named(""));
  }

  @Test
  @DisplayName("vocabulary: a name is not null")
  void nullName() {
    Refusal.names("name", "must not be null", () -> OffloadKind.named(null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00dcber",
        "user load",
        " user",
        "user\n",
        "b\u00fccher",
        "user/load",
        "\u0661",
        "a:b"
      })
  @DisplayName("vocabulary: a name holds no other character")
  void strangeName(String name) {
    Refusal.names("name", "A-Z a-z 0-9 . _ -", () -> OffloadKind.named(name));
    Refusal.names("name", "A-Z a-z 0-9 . _ -", () -> OffloadKind.unshared(name));
  }

  @Test
  @DisplayName("privacy: the refusal of a name does not repeat what was given, which may be an id")
  void refusedNameIsNotShown() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> OffloadKind.named("alice@example"))
            .getMessage();

    assertFalse(message.contains("alice"), message);
  }

  @Test
  @DisplayName("vocabulary: an unshared kind has a name that it shares, and keys that it does not")
  void unshared() {
    OffloadKind<Integer, String> one = OffloadKind.unshared("host.ask");
    OffloadKind<Integer, String> other = OffloadKind.unshared("host.ask");

    assertEquals("host.ask", one.name());
    assertEquals(one.name(), other.name());
    assertFalse(one.isOnlyOneOfName());
    assertTrue(OffloadKind.named("host.ask").isOnlyOneOfName());
    assertNotEquals(one, other);
    assertNotEquals(one.key(1), other.key(1));
    assertEquals(one.key(1), one.key(1));
  }

  @Test
  @DisplayName("vocabulary: a kind is equal only to itself")
  void identity() {
    OffloadKind<Object, String> kind = OffloadKind.named("same");

    assertEquals(kind, kind);
    assertNotEquals(kind, OffloadKind.<Object, String>named("same"));
  }

  @Test
  @DisplayName("vocabulary: the id of a key is not null")
  void nullId() {
    OffloadKind<Object, String> kind = OffloadKind.named("load");

    Refusal.names("id", "must not be null", () -> kind.key(null));
  }
}
