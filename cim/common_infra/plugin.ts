import { definePlugin, type Plugin, readTextIfPresent, type Token, token } from "../../core/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import { type CommonInfra, readCommonInfra } from "./common_infra.ts";

/** Key of {@linkcode CommonInfra}. */
export const commonInfraToken: Token<CommonInfra> = token("common_infra", {
  providedBy: "commonInfra()",
});

/** Provides the document as read at the start. Problems make the plugin degraded; the status change is logged. */
export function commonInfra(): Plugin {
  return definePlugin({
    name: "common_infra",
    requires: [pathsToken],
    provides: [commonInfraToken],
    init({ get, log, status, provide }) {
      const { infra, path, problems } = readCommonInfra(get(pathsToken).conf, readTextIfPresent);
      if (path !== "" && problems.length === 0) log.info("Infrastructure document read", { path });
      // A copy: the document without content is one constant, and agents share nothing.
      provide(commonInfraToken, { ...infra });
      if (problems.length === 0) status.ok();
      else status.degraded(`used without the malformed parts: ${problems.join("; ")}`);
    },
  });
}
