/**
 * The configured store over REST, for operators on the same machine: `cim kv` uses it to reach the embedded store,
 * which only the agent's process can open. The routes answer loopback peers and check nothing else; applications
 * should not use them.
 *
 * | Request | Answer |
 * | --- | --- |
 * | `GET /api/v1/kv/KEY` | the bytes of the value, its revision as `etag`; 404 |
 * | `PUT /api/v1/kv/KEY?ttl=30s` | `{"revision"}`; the body is the value |
 * | `DELETE /api/v1/kv/KEY` | `{"revision", "deleted"}`: the keys that were deleted |
 * | `GET /api/v1/kv?prefix=P&keys_only=true` | one JSON line for each entry |
 * | `DELETE /api/v1/kv?prefix=P` | `{"revision", "deleted"}` |
 * | `GET /api/v1/kv?prefix=P&watch=true` | `{"watching"}`, then one JSON line for each change |
 *
 * `deleted` has at most 16 MiB of keys; when there are more, `count` says how many were deleted.
 *
 * Lists are read in pages of 256 KiB, watches hold at most 2 MiB of changes for a slow client, and the number of both is
 * bounded; see the section `kv_routes`.
 *
 * @module
 */
export { kvErrors } from "./errors.ts";
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
