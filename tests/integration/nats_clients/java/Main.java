import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Talks to the server as applications on the current jnats do; prints a line for each thing that works. */
public final class Main {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  public static void main(String[] args) throws Exception {
    Connection nc = Nats.connect(System.getenv("PLAIN_URL"));
    check("connect", nc.getStatus() == Connection.Status.CONNECTED
        && nc.getServerInfo().isHeadersSupported() && nc.getMaxPayload() == 1048576);

    Subscription sub = nc.subscribe("greet.*");
    nc.publish("greet.joe", bytes("hello"));
    check("publish and subscribe", text(sub.nextMessage(LIMIT)).equals("hello"));

    nc.publish(NatsMessage.builder().subject("greet.headers")
        .headers(new Headers().add("Trace", "17")).data("with headers").build());
    Message headed = sub.nextMessage(LIMIT);
    check("headers", headed.getHeaders().getFirst("Trace").equals("17") && text(headed).equals("with headers"));

    Dispatcher dispatcher = nc.createDispatcher(m -> nc.publish(m.getReplyTo(), m.getData()));
    dispatcher.subscribe("service", "group");
    nc.flush(LIMIT);
    check("request and reply through a group", text(nc.request("service", bytes("x"), LIMIT)).equals("x"));

    boolean refused = false;
    try {
      nc.request("nobody", bytes("")).get(5, TimeUnit.SECONDS);
    } catch (CancellationException | ExecutionException expected) {
      refused = true;
    }
    check("no responders", refused);

    for (int i = 0; i < 10000; i++) nc.publish("greet.many", bytes("line " + i));
    for (int i = 0; i < 10000; i++) {
      if (!text(sub.nextMessage(LIMIT)).equals("line " + i)) throw new IllegalStateException("another line");
    }
    check("ten thousand messages in order", true);

    Connection user = Nats.connect(new Options.Builder().server(System.getenv("USER_URL"))
        .userInfo(System.getenv("NATS_USER").toCharArray(), System.getenv("NATS_PASS").toCharArray()).build());
    check("user and password", user.getStatus() == Connection.Status.CONNECTED);
    user.close();

    Connection secure = Nats.connect(new Options.Builder().server(System.getenv("TLS_URL"))
        .sslContext(trusting(Path.of(System.getenv("CA_FILE")))).build());
    secure.flush(LIMIT);
    check("tls", secure.getStatus() == Connection.Status.CONNECTED);
    secure.close();

    CountDownLatch received = new CountDownLatch(1000);
    nc.createDispatcher(m -> received.countDown()).subscribe("drain");
    nc.flush(LIMIT);
    for (int i = 0; i < 1000; i++) nc.publish("drain", bytes(""));
    check("drain", nc.drain(LIMIT).get(10, TimeUnit.SECONDS) && received.getCount() == 0);
  }

  private static SSLContext trusting(Path authority) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var pem = Files.newInputStream(authority)) {
      store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Message message) {
    return new String(message.getData(), StandardCharsets.UTF_8);
  }

  private static void check(String name, boolean holds) {
    System.out.println((holds ? "ok " : "FAILED ") + name);
    if (!holds) System.exit(1);
  }
}
