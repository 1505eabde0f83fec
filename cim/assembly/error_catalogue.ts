import { coreErrors, type ErrorEntry, spoolErrors, storeErrors } from "../../core/mod.ts";
import { httpErrors } from "../../plugins/http/mod.ts";
import { kafkaErrors } from "../../plugins/kafka/mod.ts";
import { kubernetesErrors } from "../../plugins/kubernetes/mod.ts";
import { localkvErrors } from "../../plugins/localkv/mod.ts";
import { natsErrors } from "../../plugins/nats/mod.ts";
import { natsServerErrors } from "../../plugins/nats_server/mod.ts";
import { configPushErrors } from "../config_push/mod.ts";
import { dayOneErrors } from "../day_one/mod.ts";
import { deadLetterErrors } from "../dead_letters/mod.ts";
import { kvErrors } from "../kv_routes/mod.ts";
import { logErrors } from "../logs/mod.ts";
import { registrationErrors } from "../registration/mod.ts";
import { settingsErrors } from "../settings/mod.ts";
import { subscriptionErrors } from "../subscriptions/mod.ts";

/**
 * The error codes of every part of the agent, for the reference. The command line, which imports this folder, has its
 * own catalogue.
 */
export const errorCatalogue: readonly ErrorEntry[] = Object.freeze([
  coreErrors,
  storeErrors,
  spoolErrors,
  httpErrors,
  kafkaErrors,
  kubernetesErrors,
  localkvErrors,
  natsServerErrors,
  natsErrors,
  logErrors,
  configPushErrors,
  dayOneErrors,
  registrationErrors,
  settingsErrors,
  subscriptionErrors,
  kvErrors,
  deadLetterErrors,
].flatMap((catalogue) => Object.values<ErrorEntry>(catalogue)));
