package dev.offload.examples.desk.http;

import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRange;
import org.springframework.http.HttpStatus;
import org.springframework.web.context.request.ServletWebRequest;

/**
 * Which part of a file a client asks for (RFC 9110, section 14).
 *
 * @param status 200 for all of it, 206 for a part, 416 for a part that it does not have
 * @param from where it begins
 * @param length how many bytes it has
 * @param size of the whole file
 */
record Part(HttpStatus status, long from, long length, long size) {

  /** Reads what is asked for. Several parts at once, and what is no range, ask for all. */
  static Part of(ServletWebRequest http, String tag, long size) {
    HttpRange range = range(http, tag);
    if (range == null) {
      return new Part(HttpStatus.OK, 0, size, size);
    }
    long from = range.getRangeStart(size);
    return from < size
        ? new Part(HttpStatus.PARTIAL_CONTENT, from, range.getRangeEnd(size) + 1 - from, size)
        : new Part(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, 0, 0, size);
  }

  private static @Nullable HttpRange range(ServletWebRequest http, String tag) {
    String ifRange = http.getHeader(HttpHeaders.IF_RANGE);
    if (!HttpMethod.GET.equals(http.getHttpMethod()) || (ifRange != null && !ifRange.equals(tag))) {
      return null;
    }
    try {
      List<HttpRange> ranges = HttpRange.parseRanges(http.getHeader(HttpHeaders.RANGE));
      return ranges.size() == 1 ? ranges.get(0) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Writes the status, and the headers that depend on it. */
  void describe(HttpServletResponse answer) {
    answer.setStatus(status.value());
    answer.setContentLengthLong(length);
    if (status == HttpStatus.PARTIAL_CONTENT) {
      String bytes = "bytes " + from + "-" + (from + length - 1) + "/" + size;
      answer.setHeader(HttpHeaders.CONTENT_RANGE, bytes);
    } else if (status == HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE) {
      answer.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
    }
  }
}
