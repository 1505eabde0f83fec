/**
 * The configured store over REST, for operators on the same machine: it is how `cim kv` reaches the
 * embedded store, which one process owns. Routes answer loopback peers only; there is no other check, so
 * this is no door for applications.
 *
 * | Request | Answer |
 * | --- | --- |
 * | `GET /api/v1/kv/KEY` | the value as it is, its revision as `etag`; 404 |
 * | `PUT /api/v1/kv/KEY?ttl=30s` | `{"revision"}`; the body is the value |
 * | `DELETE /api/v1/kv/KEY` | `{"revision", "deleted"}`: the keys that existed |
 * | `GET /api/v1/kv?prefix=P&keys_only=true` | one JSON line for each entry |
 * | `DELETE /api/v1/kv?prefix=P` | `{"revision", "deleted"}` |
 * | `GET /api/v1/kv?prefix=P&watch=true` | `{"watching"}`, then one JSON line for each change |
 *
 * @module
 */
export {
  type ChangeLine,
  type EntryLine,
  readChangeLine,
  readEntryLine,
  showChange,
  showEntry,
  type WatchingLine,
} from "./lines.ts";
export { kvRoutes } from "./plugin.ts";
