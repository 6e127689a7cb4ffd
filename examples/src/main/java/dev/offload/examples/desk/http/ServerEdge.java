package dev.offload.examples.desk.http;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.time.Duration;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Sees to it that no thread of the server waits for bytes that nobody is going to use.
 *
 * <ul>
 *   <li>Tomcat reads what is left of a body when the request is answered, and blocks for it. Here
 *       the connection is closed instead.
 *   <li>A client that asks first, with {@code Expect: 100-continue}, is told to go on when its
 *       upload is received, and not before. One that is refused has sent nothing.
 *   <li>A body that stands still for too long is given up.
 * </ul>
 *
 * <p>And an answer that cannot go on ends with its connection. Tomcat would do that, too, for an
 * exception, but first append a page to what was sent.
 */
public final class ServerEdge implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
  private static final String BROKEN = ServerEdge.class.getName() + ".broken";

  private final Duration stallTime;

  /**
   * Makes the edge.
   *
   * @param stallTime how long a body may stand still
   */
  public ServerEdge(Duration stallTime) {
    this.stallTime = stallTime;
  }

  /** Has the connection closed when the request ends, whatever was to come. */
  static void breakOff(ServletRequest request) {
    request.setAttribute(BROKEN, true);
  }

  @Override
  public void customize(TomcatServletWebServerFactory server) {
    server.addConnectorCustomizers(this::customize);
    server.addEngineValves(new Ends());
  }

  private void customize(Connector connector) {
    if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
      http.setContinueResponseTiming("onRead");
      http.setDisableUploadTimeout(false); // there is one of its own for bodies
      http.setConnectionUploadTimeout(Math.toIntExact(stallTime.toMillis()));
    }
  }

  /** Leaves unread what a request has not read of its body, and closes what broke off. */
  private static final class Ends extends ValveBase {
    Ends() {
      super(true); // requests may be answered later, by another thread
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      // Uploads alone read their bodies. What is answered later is beyond this valve by then.
      if (!request.getMethod().equals("POST")) {
        leaveUnread(request);
      }
      try {
        getNext().invoke(request, response);
      } finally {
        leaveUnread(request);
        if (request.getAttribute(BROKEN) != null) {
          response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        }
      }
    }

    private static void leaveUnread(Request request) {
      if (!request.isFinished()) {
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
      }
    }
  }
}
