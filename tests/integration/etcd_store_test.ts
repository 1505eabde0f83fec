import { keyValueContract } from "../../core/testing/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { requireServer } from "./_servers.ts";

const server = requireServer("etcd");

keyValueContract({
  name: "EtcdStore",
  ignore: server.ignore,
  open() {
    const root = `test/${crypto.randomUUID()}/`;
    const store = new EtcdStore({ endpoints: [server.url] });
    return Promise.resolve({
      store: store.withPrefix(root),
      async [Symbol.asyncDispose]() {
        await store.delete(root, { prefix: true });
        await store.close();
      },
    });
  },
});
