/**
 * Where the API is and how to log in: the service account of the pod, or a kubeconfig. Files are read for each request,
 * because Kubernetes replaces tokens about once an hour and certificates now and then.
 *
 * @module
 */
import { findFileText, readRegularFile } from "../../core/files/mod.ts";
import { fromBase64 } from "../../core/runtime/mod.ts";
import { parseYaml } from "../../core/config/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import { isLoopback } from "../../core/net/mod.ts";

/** Credentials of one request. */
export interface Credentials {
  /** PEM of the CA certificates to trust besides those of the system. */
  readonly ca?: string;
  /** Bearer token. */
  readonly token?: string;
  /** PEM of the client certificate. */
  readonly cert?: string;
  /** PEM of its private key. */
  readonly key?: string;
}

/** Access to one API server. */
export interface Access {
  /** Its URL, without a slash at the end. */
  readonly server: string;
  /** Namespace to use when none is given; empty when unknown. */
  readonly namespace: string;
  /** Reads the credentials as they are now. Rejects when a file cannot be read. */
  readonly credentials: () => Promise<Credentials>;
}

/** Options of {@linkcode findAccess}. */
export interface AccessOptions {
  /** Kubeconfig file; it comes before the service account. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. Default: the current one. */
  readonly context?: string;
  /** Host of the API inside a cluster. */
  readonly serviceHost?: string;
  /** Port of the API inside a cluster. */
  readonly servicePort: number;
  /** Folder of the service account. */
  readonly serviceAccount: string;
}

/**
 * Finds the access. A text says why there is none.
 *
 * @throws {AgentError} `config_unreadable` when a kubeconfig is named and cannot be used.
 */
export async function findAccess(options: AccessOptions): Promise<Access | string> {
  const { kubeconfig, serviceHost } = options;
  if (kubeconfig !== undefined) return await fromKubeconfig(kubeconfig, options.context);
  if (!serviceHost) return 'not in a cluster; set "kubernetes.kubeconfig" to use one';
  return await fromServiceAccount(serviceHost, options);
}

async function fromServiceAccount(
  host: string,
  { servicePort, serviceAccount }: AccessOptions,
): Promise<Access | string> {
  const file = (name: string) => `${serviceAccount}/${name}`;
  if (await findFileText(file("token")) === undefined) {
    return `the service account has no token in ${file("token")}; set ` +
      "automountServiceAccountToken to true, or name a kubeconfig";
  }
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${servicePort}`,
    namespace: (await findFileText(file("namespace")) ?? "").trim(),
    credentials: async () => ({
      ca: await findFileText(file("ca.crt")),
      token: (await readRegularFile(file("token"))).trim(),
    }),
  };
}

type Members = Readonly<Record<string, unknown>>;

async function fromKubeconfig(path: string, context: string | undefined): Promise<Access> {
  try {
    const document = membersOf(await parseYaml(await readRegularFile(path)));
    const wanted = context ?? textOf(document, "current-context");
    if (!wanted) throw new TypeError("it has no current-context; set kubernetes.context");
    const { cluster, user, namespace } = membersOf(named(document, "contexts", wanted, "context"));
    return {
      server: serverOf(named(document, "clusters", String(cluster), "cluster")),
      namespace: typeof namespace === "string" ? namespace : "default",
      credentials: credentialsOf(
        named(document, "clusters", String(cluster), "cluster"),
        user === undefined ? {} : named(document, "users", String(user), "user"),
        path.slice(0, path.lastIndexOf("/") + 1),
      ),
    };
  } catch (cause) {
    throw new AgentError(
      "config_unreadable",
      `Cannot use kubernetes.kubeconfig ${path}: ${describeError(cause)}`,
      { cause },
    );
  }
}

function serverOf(cluster: Members): string {
  const server = textOf(cluster, "server") ?? "";
  if (!URL.canParse(server)) throw new TypeError(`server "${server}" is not a URL`);
  const { protocol, hostname } = new URL(server);
  const isLocal = isLoopback(hostname) || hostname === "localhost";
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) {
    throw new TypeError(`server "${server}" must be https; http is for loopback addresses only`);
  }
  for (const member of ["insecure-skip-tls-verify", "tls-server-name", "proxy-url"]) {
    if (cluster[member]) {
      throw new TypeError(`${member} is not supported; name a CA with certificate-authority`);
    }
  }
  return server.replace(/\/+$/, "");
}

/** Members that need a program or are no longer accepted by Kubernetes. */
const unsupported = ["exec", "auth-provider", "username", "password"];

function credentialsOf(
  cluster: Members,
  user: Members,
  folder: string,
): () => Promise<Credentials> {
  const found = unsupported.find((member) => user[member] !== undefined);
  if (found) {
    throw new TypeError(`${found} is not supported; use a token or a client certificate`);
  }
  // A relative path is relative to the kubeconfig.
  const content = async (members: Members, name: string): Promise<string | undefined> => {
    const data = textOf(members, `${name}-data`);
    if (data !== undefined) return decodeBase64Text(data);
    const file = textOf(members, name);
    return file && await readRegularFile(file.startsWith("/") ? file : folder + file);
  };
  return async () => {
    const tokenFile = textOf(user, "tokenFile");
    const path = tokenFile?.startsWith("/") ? tokenFile : folder + tokenFile;
    return {
      ca: await content(cluster, "certificate-authority"),
      token: tokenFile ? (await readRegularFile(path)).trim() : textOf(user, "token"),
      cert: await content(user, "client-certificate"),
      key: await content(user, "client-key"),
    };
  };
}

/** The member `kind` of the item with this name in a list of the kubeconfig. */
function named(document: Members, list: string, name: string, kind: string): Members {
  const items = document[list];
  const item = Array.isArray(items)
    ? items.map(membersOf).find((item) => item.name === name)
    : undefined;
  if (!item) throw new TypeError(`${list} has no "${name}"`);
  return membersOf(item[kind]);
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? value as Members : {};
}

function textOf(members: Members, name: string): string | undefined {
  const value = members[name];
  return typeof value === "string" ? value : undefined;
}

/** Decodes base64 of UTF-8. @throws {TypeError} When it is not base64. */
function decodeBase64Text(data: string): string {
  try {
    return new TextDecoder().decode(fromBase64(data.trim()));
  } catch (cause) {
    throw new TypeError("a member that ends in -data is not base64", { cause });
  }
}
