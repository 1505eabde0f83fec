import assert from "node:assert/strict";
import { withRetry } from "../../core/forward/mod.ts";
import type { Security } from "../../plugins/kafka/driver.ts";
import type { KafkaDriverName } from "../../plugins/kafka/config.ts";
import type { KafkaClientOptions } from "../../plugins/kafka/kafka_client.ts";
import { until } from "../_support/until.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { createCertificates } from "../integration/_certificates.ts";
import { block, connect, drivers, never, newTopic } from "../integration/_kafka.ts";
import { type PrivateServer, requirePrivate, startPrivate } from "../integration/_servers.ts";

const { ignore } = requirePrivate("kafka");

/** Writes one record, with retries. */
async function write(
  server: PrivateServer,
  driver: KafkaDriverName,
  security: () => Promise<Security>,
): Promise<void> {
  await using client = connect(`127.0.0.1:${server.port}`, { driver, security });
  const sender = client.sender(newTopic(), { onRejected: () => assert.fail("rejected") });
  const patient = withRetry(sender, { min: 20, max: 200, attempts: 40 });
  assert.deepEqual(await patient.send(block("a"), never), { status: "delivered" });
}

for (const driver of drivers) {
  const open = (address: string, options: Partial<KafkaClientOptions> = {}) =>
    connect(address, { driver, ...options });

  Deno.test({
    name:
      `KafkaClient logs in with PLAIN and both SCRAM mechanisms, and says when the password is wrong (${driver})`,
    ignore,
    async fn() {
      await using server = await startPrivate("kafka", { args: ["sasl=app:secret"] });
      for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const) {
        const login = (password: string) => () =>
          Promise.resolve({ sasl: { mechanism, user: "app", password } });
        await write(server, driver, login("secret"));
        await using stranger = open(`127.0.0.1:${server.port}`, { security: login("hunter2") });
        await assert.rejects(stranger.ping(), (error: Error & { code?: string }) => {
          assert.equal(error.code, "kafka_denied");
          assert.match(error.message, /denied access .*check kafka\.user, kafka\.password/);
          assert(!error.message.includes("hunter2"), "the password must not be shown");
          return true;
        });
        const sender = stranger.sender(newTopic(), { onRejected: () => assert.fail("rejected") });
        const outcome = await sender.send(block("a"), never);
        assert.deepEqual([outcome.status, "reason" in outcome && outcome.reason], [
          "retry",
          "kafka_denied",
        ]);
      }
    },
  });

  Deno.test({
    name: `KafkaClient uses a replaced password with the next connection (${driver})`,
    ignore,
    async fn() {
      await using server = await startPrivate("kafka", { args: ["sasl=app:secret"] });
      let password = "old";
      await using client = open(`127.0.0.1:${server.port}`, {
        security: () => Promise.resolve({ sasl: { mechanism: "PLAIN", user: "app", password } }),
      });
      await assert.rejects(client.ping(), { code: "kafka_denied" });
      password = "secret";
      await client.ping();
    },
  });

  Deno.test({
    name:
      `KafkaClient connects with TLS and a client certificate, and refuses a stranger's broker (${driver})`,
    ignore,
    async fn() {
      using folder = tempDir();
      const dir = folder.path;
      await createCertificates(dir, "DNS:kafka.test,IP:127.0.0.1");
      const pem = (name: string) => Deno.readTextFileSync(`${dir}/${name}`);
      await using server = await startPrivate("kafka", {
        args: [
          `tls=${dir}/server.pem:${dir}/server.key`,
          "listener.name.client.ssl.client.auth=required",
          "listener.name.client.ssl.truststore.type=PEM",
          `listener.name.client.ssl.truststore.location=${dir}/ca.pem`,
        ],
      });
      const own = { cert: pem("client.pem"), key: pem("client.key") };
      const security = (tls: Security["tls"]) => () => Promise.resolve({ tls });
      const serverName = "kafka.test";
      await write(server, driver, security({ ca: pem("ca.pem"), serverName, ...own }));

      const address = `127.0.0.1:${server.port}`;
      await using suspicious = open(address, {
        security: security({ ca: pem("stranger.pem"), serverName, ...own }),
      });
      await assert.rejects(suspicious.ping(), { code: "kafka_denied" });
      await using anonymous = open(address, {
        security: security({ ca: pem("ca.pem"), serverName }),
      });
      await assert.rejects(anonymous.ping());
      await using plain = open(address);
      await assert.rejects(plain.ping());
    },
  });

  Deno.test({
    name:
      `KafkaClient says that the login is refused when the broker wants one and none is set (${driver})`,
    ignore,
    async fn() {
      await using server = await startPrivate("kafka", { args: ["sasl=app:secret"] });
      await using client = open(`127.0.0.1:${server.port}`);
      await until("the broker refuses", async () => {
        const error = await client.ping().then(() => undefined, (error) => error);
        return error?.code === "kafka_unreachable" || error?.code === "kafka_denied";
      });
    },
  });
}
