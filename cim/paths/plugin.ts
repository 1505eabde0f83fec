import { definePlugin, type Plugin, text, type Token, token } from "../../core/mod.ts";

/** Paths of the folders, without a trailing slash. */
export interface Paths {
  /** Configuration mounted from a ConfigMap; never written. */
  readonly conf: string;
  /** Configuration shipped with the image; never written. */
  readonly config: string;
  /** Log files. */
  readonly logs: string;
  /** Data that survives a restart: the embedded store. */
  readonly data: string;
}

/** Token of {@linkcode Paths}. */
export const pathsToken: Token<Paths> = token("paths", { providedBy: "paths()" });

/** Fields of the configuration section `paths`. */
export const pathFields = {
  conf: text({
    doc: "Folder of the mounted `cim.json` and `static/common-infra.json`.",
    default: "/opt/conf",
  }),
  config: text({ doc: "Folder of the shipped `cim.json`.", default: "/opt/config" }),
  logs: text({ doc: "Folder of the log files.", default: "/opt/logs" }),
  data: text({ doc: "Folder of the embedded store.", default: "/opt/data" }),
};

/** Provides the configured paths. Does not access the disk. */
export function paths(): Plugin {
  return definePlugin({
    name: "paths",
    provides: [pathsToken],
    config: pathFields,
    init({ config, provide }) {
      provide(
        pathsToken,
        Object.freeze({
          conf: withoutSlash(config.conf),
          config: withoutSlash(config.config),
          logs: withoutSlash(config.logs),
          data: withoutSlash(config.data),
        }),
      );
    },
  });
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") || "/" : path;
}
