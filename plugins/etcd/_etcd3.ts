/** The only import of npm:etcd3, loaded lazily with the driver. */
export { Etcd3, KVClient, LeaseClient, WatchClient } from "npm:etcd3@1.1.2";
export type {
  ICallable,
  ICompare,
  IEvent,
  IKeyValue,
  IOptions,
  IRequestOp,
  IResponseOp,
} from "npm:etcd3@1.1.2";
