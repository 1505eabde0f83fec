import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Talks to the server as XGVela applications on jnats 2.5.0 do; prints a line for each thing that works. */
public final class Main {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  public static void main(String[] args) throws Exception {
    Connection nc = Nats.connect(System.getenv("PLAIN_URL"));
    check("connect", nc.getStatus() == Connection.Status.CONNECTED && nc.getMaxPayload() == 1048576);

    Subscription sub = nc.subscribe("LOG");
    nc.flush(LIMIT);
    for (int i = 0; i < 10000; i++) nc.publish("LOG", bytes("line " + i));
    for (int i = 0; i < 10000; i++) {
      Message message = sub.nextMessage(LIMIT);
      if (!new String(message.getData(), StandardCharsets.UTF_8).equals("line " + i)) {
        throw new IllegalStateException("another line");
      }
    }
    check("ten thousand messages in order", true);

    Dispatcher dispatcher = nc.createDispatcher(m -> nc.publish(m.getReplyTo(), m.getData()));
    dispatcher.subscribe("service", "group");
    nc.flush(LIMIT);
    Message answer = nc.request("service", bytes("x"), LIMIT);
    check("request and reply through a group", new String(answer.getData(), StandardCharsets.UTF_8).equals("x"));

    check("a request to nobody times out", nc.request("nobody", bytes(""), Duration.ofMillis(100)) == null);

    Subscription limited = nc.subscribe("limited").unsubscribe(2);
    nc.flush(LIMIT);
    for (int i = 0; i < 5; i++) nc.publish("limited", bytes(""));
    nc.flush(LIMIT);
    check("auto unsubscribe", limited.nextMessage(LIMIT) != null && limited.nextMessage(LIMIT) != null
        && !limited.isActive());

    Connection user = Nats.connect(new Options.Builder().server(System.getenv("USER_URL"))
        .userInfo(System.getenv("NATS_USER"), System.getenv("NATS_PASS")).build());
    check("user and password", user.getStatus() == Connection.Status.CONNECTED);
    user.close();

    Connection token = Nats.connect(new Options.Builder().server(System.getenv("TOKEN_URL"))
        .token(System.getenv("TOKEN")).build());
    check("token", token.getStatus() == Connection.Status.CONNECTED);
    token.close();

    CountDownLatch received = new CountDownLatch(1000);
    Dispatcher draining = nc.createDispatcher(m -> received.countDown());
    draining.subscribe("drain");
    nc.flush(LIMIT);
    for (int i = 0; i < 1000; i++) nc.publish("drain", bytes(""));
    check("drain", nc.drain(LIMIT).get(10, TimeUnit.SECONDS) && received.getCount() == 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void check(String name, boolean holds) {
    System.out.println((holds ? "ok " : "FAILED ") + name);
    if (!holds) System.exit(1);
  }
}
