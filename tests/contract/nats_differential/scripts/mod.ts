/**
 * All topics of hand-written scripts. `_script.ts` describes their language.
 *
 * @module
 */
import type { Topic } from "../_script.ts";
import { authNkey } from "./auth_nkey.ts";
import { authTimeout } from "./auth_timeout.ts";
import { authHashedToken, authToken } from "./auth_token.ts";
import { authUser, authUsers } from "./auth_user.ts";
import { connect } from "./connect.ts";
import { connectTable, lineTable } from "./connect_table.ts";
import { cutTable } from "./cut_table.ts";
import { headers } from "./headers.ts";
import { limits } from "./limits.ts";
import { pedantic } from "./pedantic.ts";
import { groupPermissions, permissions } from "./permissions.ts";
import { ping } from "./ping.ts";
import { publish } from "./publish.ts";
import { barePublishTable, publishTable, verbosePublishTable } from "./publish_table.ts";
import { queue } from "./queue.ts";
import { request } from "./request.ts";
import { crowded, impatient, narrow, small } from "./small.ts";
import { splitBytes } from "./split_bytes.ts";
import { subscribe } from "./subscribe.ts";
import { patternTable, subscribeTable } from "./subscribe_table.ts";
import {
  tls,
  tlsAuto,
  tlsAutoLater,
  tlsAvailable,
  tlsAvailableFirst,
  tlsFirst,
  tlsMapDns,
  tlsMapPassword,
  tlsMapReordered,
  tlsMapSubject,
  tlsMapUnknown,
  tlsTimeout,
  tlsToken,
  tlsVerify,
  tlsVerifyNothing,
  tlsVerifyStranger,
} from "./tls.ts";
import { unsubscribe } from "./unsubscribe.ts";
import { verbose } from "./verbose.ts";
import { overlapping, wildcards } from "./wildcards.ts";

/** Every topic. */
export const topics: readonly Topic[] = [
  connect,
  ping,
  publish,
  headers,
  subscribe,
  unsubscribe,
  wildcards,
  overlapping,
  queue,
  request,
  verbose,
  pedantic,
  limits,
  splitBytes,
  small,
  crowded,
  narrow,
  impatient,
  authToken,
  authHashedToken,
  authUser,
  authUsers,
  authNkey,
  authTimeout,
  permissions,
  groupPermissions,
  tls,
  tlsVerify,
  tlsVerifyNothing,
  tlsVerifyStranger,
  tlsAuto,
  tlsAutoLater,
  tlsAvailable,
  tlsAvailableFirst,
  tlsMapDns,
  tlsMapSubject,
  tlsMapReordered,
  tlsMapPassword,
  tlsMapUnknown,
  tlsFirst,
  tlsToken,
  tlsTimeout,
  connectTable,
  lineTable,
  publishTable,
  verbosePublishTable,
  barePublishTable,
  subscribeTable,
  patternTable,
  cutTable,
];
