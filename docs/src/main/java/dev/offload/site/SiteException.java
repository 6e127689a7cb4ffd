package dev.offload.site;

import java.util.List;

/** The documentation cannot be made into a site as it is. */
final class SiteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SiteException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
