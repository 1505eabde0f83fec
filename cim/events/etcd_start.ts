import type { PluginStatus, StatusBoard } from "../../core/mod.ts";
import type { OwnEvent } from "./own_event.ts";

/** Name of the plugin whose status says whether etcd answers. */
const etcdPlugin = "etcd";

/**
 * Raises `CimConnectEtcdFailure` when etcd does not answer the first attempt of this run. Later outages raise nothing:
 * the status and the events about commits show them.
 */
export function watchEtcdStart(
  board: Pick<StatusBoard, "plugin" | "onChange">,
  raise: (event: OwnEvent) => void,
): Disposable {
  const watching = new DisposableStack();
  const look = ({ name, state, reason }: PluginStatus): void => {
    if (name !== etcdPlugin || state === "init" || watching.disposed) return;
    watching.dispose();
    if (state !== "degraded" && state !== "error") return;
    raise({
      name: "CimConnectEtcdFailure",
      managedObject: [["Description", "Connect Etcd Failure"], ["STATUS", "Failure"]],
      additionalInfo: [["Error", reason]],
    });
  };
  watching.use(board.onChange(look));
  const now = board.plugin(etcdPlugin);
  if (now) look(now);
  return watching;
}
