package dev.offload.examples.desk.files;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a file is stored under: the SHA-256 of its bytes. Nothing else makes an id, so an id is
 * always a safe name of a file.
 *
 * @param hex 64 hexadecimal digits in lower case
 */
public record FileId(@JsonValue String hex) {
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

  /** Checks the digits. */
  public FileId {
    if (!isId(hex)) {
      throw new IllegalArgumentException("an id is a SHA-256: 64 hexadecimal digits");
    }
  }

  static boolean isId(String text) {
    return DIGITS.matcher(text).matches();
  }

  /**
   * Reads an id, in lower or upper case. Spring calls this for path variables.
   *
   * @param text the digits
   * @return the id
   * @throws IllegalArgumentException if the text is no id
   */
  public static FileId of(String text) {
    return new FileId(text.toLowerCase(Locale.ROOT));
  }

  /**
   * Makes the id of a file.
   *
   * @param sha256 of its bytes
   * @return the id
   */
  public static FileId of(byte[] sha256) {
    return new FileId(HexFormat.of().formatHex(sha256));
  }

  @Override
  public String toString() {
    return hex;
  }
}
