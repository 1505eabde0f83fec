import { pluginContract } from "../../../core/testing/mod.ts";
import { etcd } from "../../../plugins/etcd/mod.ts";

pluginContract({ plugin: etcd() });
