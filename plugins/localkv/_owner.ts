import { makePrivate, makePrivateFile, readTextIfPresent } from "../../core/files/mod.ts";

/** File with the process id of the owner. It only informs; the lock is SQLite's. */
const ownerName = "localkv.owner";

/** Notes that this process uses the folder. */
export function writeOwner(folder: string): void {
  const path = `${folder}/${ownerName}`;
  makePrivateFile(path);
  makePrivate(path);
  Deno.writeTextFileSync(path, `${Deno.pid}\n`);
}

/** Names the process that uses the folder, for error texts. */
export function readOwner(folder: string): string {
  const owner = readTextIfPresent(`${folder}/${ownerName}`)?.trim();
  return owner ? `process ${owner}` : "another process";
}
