import {
  counter,
  definePlugin,
  describeError,
  flag,
  hasCode,
  type Plugin,
  secret,
} from "../../core/mod.ts";
import { httpToken, jsonResponse } from "../../plugins/http/mod.ts";
import { commonInfraToken } from "../common_infra/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { stateStoreToken } from "../store/mod.ts";
import { BadRegistration, parseRegistration } from "./_request.ts";
import { failureAnswer, successAnswer } from "./_response.ts";
import { Registrar, registrationToken } from "./registrar.ts";

const fields = {
  containerFieldsMandatory: flag({
    doc: "Whether a registration must name container and id.",
    default: false,
    aliases: ["CTR_FIELDS_MANDATORY"],
    lenientEnv: true,
  }),
  apigwUsername: secret({ doc: "User of the API gateway, answered to the application." }),
  apigwPassword: secret({ doc: "Password of the API gateway, answered to the application." }),
};

/** Serves `POST /api/v1/_operations/xgvela/register`, to loopback peers only. */
export function registration(): Plugin {
  return definePlugin({
    name: "registration",
    requires: [httpToken, identityToken, commonInfraToken, cimSettingsToken, stateStoreToken],
    provides: [registrationToken],
    config: fields,
    async init({ name, config, get, provide, metrics, log, status }) {
      const registrar = new Registrar({
        settings: get(cimSettingsToken),
        state: get(stateStoreToken),
        log,
      });
      await registrar.restore();
      const infra = get(commonInfraToken);
      const facts = { ...config, infra, identity: get(identityToken).current };
      metrics.add(
        counter(
          "cim_registrations_total",
          "Registrations that succeeded.",
          () => registrar.registrations,
        ),
        counter(
          "cim_registration_failures_total",
          "Registrations that failed.",
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
            return jsonResponse(successAnswer(facts));
          } catch (error) {
            const isCallersFault = error instanceof BadRegistration ||
              hasCode(error, "value_invalid");
            if (!isCallersFault) log.error("Registration failed", { error });
            const message = error instanceof BadRegistration ? error.message : describeError(error);
            return jsonResponse(failureAnswer(message), isCallersFault ? 400 : 500);
          }
        },
      });
      provide(registrationToken, registrar);
      status.ok(registrar.current ? "" : "no application has registered yet");
    },
  });
}

async function readBody(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch (cause) {
    throw new BadRegistration("Unable to process the request body.", { cause });
  }
}
