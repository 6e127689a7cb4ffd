package dev.offload.examples.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.examples.desk.files.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A desk at a free port, and a client for it. */
final class RunningDesk implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  static final int LARGE = 40_000_000;

  final Path dir;
  final StorageProbe storage = new StorageProbe();
  final ConfigurableApplicationContext context;
  final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  RunningDesk(Path dir, String... properties) {
    this.dir = dir;
    SpringApplication application = new SpringApplication(DeskApplication.class);
    application.setRegisterShutdownHook(false);
    application.addInitializers(
        starting -> starting.getBeanFactory().addBeanPostProcessor(new Wrapping(storage)));
    this.context =
        application.run(
            Stream.concat(Stream.of("--server.port=0", "--desk.dir=" + dir), Stream.of(properties))
                .toArray(String[]::new));
    this.port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  /** Puts the probe in front of the storage. */
  private record Wrapping(StorageProbe probe) implements BeanPostProcessor {
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
      return bean instanceof Storage disk ? probe.inFrontOf(disk) : bean;
    }
  }

  CompletableFuture<HttpResponse<String>> send(String method, String path, BodyPublisher body) {
    URI uri = URI.create("http://localhost:" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(LIMIT).method(method, body).build();
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  HttpResponse<String> post(String text) {
    return send("POST", "/files", BodyPublishers.ofString(text)).join();
  }

  /** Stores a file that is larger than all buffers between two programs, and answers its id. */
  String storeLarge() {
    String text = "hello".repeat(LARGE / 5);
    assertEquals(202, post(text).statusCode());
    awaitState(idOf(text), "SUCCEEDED");
    return idOf(text);
  }

  /** Shortens a stored file behind the desk's back. */
  void cut(String id, long size) throws IOException {
    try (FileChannel file =
        FileChannel.open(dir.resolve("stored").resolve(id), StandardOpenOption.WRITE)) {
      file.truncate(size);
    }
  }

  HttpResponse<String> get(String path) {
    return send("GET", path, BodyPublishers.noBody()).join();
  }

  private HttpResponse<byte[]> ask(String method, String id, String[] headers) {
    URI uri = URI.create("http://localhost:" + port + "/files/" + id + "/content");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(LIMIT).method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.sendAsync(request.build(), BodyHandlers.ofByteArray()).join();
  }

  /** Asks for the bytes of a file, with headers as name, value, name, value. */
  HttpResponse<byte[]> content(String id, String... headers) {
    return ask("GET", id, headers);
  }

  HttpResponse<byte[]> head(String id, String... headers) {
    return ask("HEAD", id, headers);
  }

  CompletableFuture<HttpResponse<String>> delete(String id) {
    return send("DELETE", "/files/" + id, BodyPublishers.noBody());
  }

  /** A connection for requests that no HTTP client makes; reads from it end after a while. */
  Socket connect() throws IOException {
    return connect(port);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getByName("localhost"), port);
    socket.setSoTimeout((int) LIMIT.toMillis());
    return socket;
  }

  /** Asks for a file, and reads no more of the answer than the system does. */
  Socket beginDownload(String id) throws IOException {
    return beginDownload(id, "Connection: close\r\n");
  }

  Socket beginDownload(String id, String headers) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout((int) LIMIT.toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getByName("localhost"), port));
    write(socket, "GET /files/" + id + "/content HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    return socket;
  }

  /** Reads what comes until the end of the connection, in order or not. */
  static byte[] rest(Socket socket) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] buffer = new byte[64 * 1024];
    try {
      InputStream in = socket.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        read.write(buffer, 0, n);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection has not ended in " + LIMIT, e);
    } catch (IOException e) {
      // reset, which is an end
    }
    return read.toByteArray();
  }

  /** Connects, and sends a request, or some of it. */
  Socket send(String text) throws IOException {
    Socket socket = connect();
    write(socket, text);
    return socket;
  }

  /** Starts an upload, of which {@code sent} is sent and the rest is to come. */
  Socket beginUpload(int length, String sent) throws IOException {
    return beginUpload(port, length, sent);
  }

  static Socket beginUpload(int port, int length, String sent) throws IOException {
    Socket socket = connect(port);
    write(
        socket, "POST /files HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n" + sent);
    return socket;
  }

  static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Reads as far as the status. */
  static String status(Socket socket) throws IOException {
    byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
    return new String(line, StandardCharsets.ISO_8859_1).substring("HTTP/1.1 ".length());
  }

  /** Waits until a file is in a state. */
  void awaitState(String id, String state) {
    await(() -> get("/files/" + id).body().contains("\"state\":\"" + state + "\""));
  }

  /** Waits until the desk takes no new connections. */
  void awaitStopping() {
    awaitStopping(port);
  }

  static void awaitStopping(int port) {
    await(
        () -> {
          try {
            connect(port).close();
            return false;
          } catch (ConnectException e) {
            return true;
          } catch (IOException e) {
            return false; // reset, by the very end of taking them
          }
        });
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("this has not happened in " + LIMIT);
      }
      Thread.onSpinWait();
    }
  }

  List<String> incoming() {
    return names(dir.resolve("incoming"));
  }

  List<String> stored() {
    return names(dir.resolve("stored"));
  }

  static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String idOf(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts to stop. */
  CompletableFuture<Void> stop() {
    return CompletableFuture.runAsync(context::close)
        .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    storage.open();
    context.close();
  }
}
