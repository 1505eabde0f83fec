/** Opens leases and watches on etcd, waits for a byte on standard input and closes the store; the process must then end. */
import { EtcdStore } from "../../plugins/etcd/mod.ts";

const store = new EtcdStore({ endpoints: [Deno.args[0]] });
await store.put("k/a", new Uint8Array([1]), { ttlMs: 60_000 });
await store.watch("k/");
await store.watch("");
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
await Deno.stdin.read(new Uint8Array(1));
await store.close();
