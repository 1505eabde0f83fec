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
      close: () => store.close(),
      async [Symbol.asyncDispose]() {
        await store.close();
        await using cleaner = new EtcdStore({ endpoints: [server.url] });
        await cleaner.delete(root, { prefix: true });
      },
    });
  },
});
