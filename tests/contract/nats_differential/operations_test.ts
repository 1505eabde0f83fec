/**
 * Operations while clients are connected, on both servers: lame duck mode, and a reload of users and permissions.
 * Clients must see the same on both.
 *
 * @module
 */
import assert from "node:assert/strict";
import { authenticator, NatsServer, type NatsUser } from "../../../plugins/nats_server/mod.ts";
import { normalise } from "./_normalise.ts";
import { referenceBinary, startReference } from "./_reference.ts";
import { WireClient } from "./_wire_client.ts";

const binary = referenceBinary();

/** The frames that each client received, by the client's name. */
type Seen = Record<string, readonly string[]>;

async function arrived(port: number, options: Record<string, unknown> = {}): Promise<WireClient> {
  const client = await WireClient.open({ port });
  await client.connect(JSON.stringify({ verbose: false, pedantic: false, ...options }));
  await settled(client);
  return client;
}

async function settled(client: WireClient): Promise<void> {
  await client.send("PING\r\n");
  await client.settle();
}

function seen(client: WireClient): string[] {
  const frames = client.take().map(normalise).filter((frame) => frame !== null);
  return client.closed ? [...frames, "(closed)"] : frames;
}

async function lameDuck(port: number, begin: () => void, hurry: () => void): Promise<Seen> {
  using modern = await arrived(port, { protocol: 1 });
  using old = await arrived(port, { protocol: 0 });
  await Promise.all([settled(modern), settled(old)]);
  begin();
  await modern.untilFrame('"ldm":true');
  await assert.rejects(WireClient.open({ port }), Deno.errors.ConnectionRefused);
  hurry();
  await Promise.all([modern.untilClosed(), old.untilClosed()]);
  return { modern: seen(modern), old: seen(old) };
}

Deno.test({
  name: "lame duck mode looks to clients as that of nats-server",
  ignore: binary === undefined,
  async fn() {
    const config = 'lame_duck_duration: "30s"\nlame_duck_grace_period: "500ms"\n';
    await using reference = await startReference(binary!, config);
    const expected = await lameDuck(reference.port, () => reference.signal("SIGUSR2"), () => {});

    await using ours = new NatsServer({ port: 0 });
    await ours.listen();
    const budget = new AbortController();
    let drained: Promise<void> | undefined;
    const found = await lameDuck(
      ours.port,
      () => drained = ours.drain(budget.signal),
      () => budget.abort(),
    );
    await drained;
    assert.deepEqual(found, expected);
  },
});

const before: NatsUser[] = [
  { user: "kept", password: "p" },
  { user: "removed", password: "p" },
  { user: "changed", password: "p" },
  { user: "narrowed", password: "p", permissions: { subscribe: { allow: [">"] } } },
];
const after: NatsUser[] = [
  { user: "kept", password: "p" },
  { user: "changed", password: "q" },
  { user: "narrowed", password: "p", permissions: { subscribe: { allow: ["foo"] } } },
  { user: "added", password: "p" },
];

function referenceConfig(users: readonly NatsUser[]): string {
  const lines = users.map((one) => {
    if (!("user" in one)) throw new TypeError("These tests have no nkeys");
    const { user, password, permissions } = one;
    const allow = permissions?.subscribe?.allow;
    const rules = allow === undefined
      ? ""
      : `, permissions: { subscribe: { allow: ${JSON.stringify(allow)} } }`;
    return `{ user: ${user}, password: ${password}${rules} }`;
  });
  return `authorization { users: [ ${lines.join(", ")} ] }\n`;
}

async function reload(port: number, change: () => void): Promise<Seen> {
  const as = (user: string) => arrived(port, { user, pass: "p" });
  using kept = await as("kept");
  using removed = await as("removed");
  using changed = await as("changed");
  using narrowed = await as("narrowed");
  await kept.send("SUB foo 1\r\n");
  await narrowed.send("SUB foo 1\r\nSUB bar 2\r\nSUB bar group 3\r\n");
  await Promise.all([kept, narrowed].map(settled));
  change();
  await Promise.all([removed.untilClosed(), changed.untilClosed()]);
  await narrowed.untilFrame('sid "3"');
  using added = await as("added");
  await added.send("PUB foo 1\r\nx\r\nPUB bar 1\r\ny\r\n");
  await settled(added);
  await Promise.all([kept, narrowed].map(settled));
  return {
    kept: seen(kept),
    removed: seen(removed),
    changed: seen(changed),
    // nats-server sends the two errors in the order of a hash map.
    narrowed: seen(narrowed).sort(),
    added: seen(added),
  };
}

Deno.test({
  name: "a reload of users looks to clients as that of nats-server",
  ignore: binary === undefined,
  async fn() {
    await using reference = await startReference(binary!, referenceConfig(before));
    await reference.configure(referenceConfig(after));
    const expected = await reload(reference.port, () => reference.signal("SIGHUP"));

    await using ours = new NatsServer({ port: 0, authenticator: authenticator({ users: before }) });
    await ours.listen();
    let reloaded: Promise<void> | undefined;
    const found = await reload(
      ours.port,
      () => reloaded = ours.reload({ authenticator: authenticator({ users: after }) }),
    );
    await reloaded;
    // See `toldOnReload` in `_intended.ts`.
    assert.deepEqual(expected.removed, ["PONG", "(closed)"]);
    assert.deepEqual(found, { ...expected, removed: expected.changed });
  },
});
