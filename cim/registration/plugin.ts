import {
  counter,
  definePlugin,
  describeError,
  errorCode,
  flag,
  hasCode,
  type Plugin,
  secret,
} from "../../core/mod.ts";
import { httpToken, jsonResponse } from "../../plugins/http/mod.ts";
import { commonInfraToken } from "../common_infra/mod.ts";
import { ownConfigMapToken } from "../config_map/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { stateStoreToken } from "../store/mod.ts";
import { badRegistration, parseRegistration } from "./_request.ts";
import { failureAnswer, successAnswer } from "./_response.ts";
import { Registrar, registrationToken } from "./registrar.ts";

const fields = {
  containerFieldsMandatory: flag({
    doc: "Whether a registration without container name and id is refused.",
    default: false,
    aliases: ["CTR_FIELDS_MANDATORY"],
    lenientEnv: true,
  }),
  apigwUsername: secret({ doc: "User name of the API gateway in the answer to a registration." }),
  apigwPassword: secret({ doc: "Password of the API gateway in the answer to a registration." }),
};

/** Serves `POST /api/v1/_operations/xgvela/register` to loopback peers. */
export function registration(): Plugin {
  return definePlugin({
    name: "registration",
    requires: [
      httpToken,
      identityToken,
      commonInfraToken,
      cimSettingsToken,
      ownConfigMapToken,
      stateStoreToken,
    ],
    provides: [registrationToken],
    config: fields,
    async init({ name, config, get, provide, metrics, log, status }) {
      const registrar = new Registrar({
        settings: get(cimSettingsToken),
        configMap: get(ownConfigMapToken),
        state: get(stateStoreToken),
        log,
      });
      await registrar.restore();
      const infra = get(commonInfraToken);
      const identity = get(identityToken);
      metrics.add(
        counter(
          "cim_registrations_total",
          "Successful registrations.",
          () => registrar.registrations,
        ),
        counter(
          "cim_registration_failures_total",
          "Failed registrations.",
          () => registrar.failures,
        ),
      );
      get(httpToken).route(name, {
        method: "POST",
        path: "/api/v1/_operations/xgvela/register",
        handler: async ({ request }) => {
          try {
            const body = await readBody(request);
            await registrar.register(parseRegistration(body, config.containerFieldsMandatory));
            status.ok();
            const answer = { ...config, infra: infra.current, identity: identity.current };
            return jsonResponse(successAnswer(answer));
          } catch (error) {
            const isRefused = errorCode(error) === "registration_invalid" ||
              hasCode(error, "value_invalid");
            if (isRefused) log.warn("Registration refused", { error });
            else log.error("Registration failed", { error });
            return jsonResponse(failureAnswer(messageOf(error)), isRefused ? 400 : 500);
          }
        },
      });
      provide(registrationToken, registrar);
      status.ok(registrar.current ? "" : "no application has registered yet");
    },
  });
}

/** Text of the contract for a malformed body; for other errors the text with its causes. */
function messageOf(error: unknown): string {
  return error instanceof Error && errorCode(error) === "registration_invalid"
    ? error.message
    : describeError(error);
}

async function readBody(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch (cause) {
    throw badRegistration("Unable to process the request body.", cause);
  }
}
