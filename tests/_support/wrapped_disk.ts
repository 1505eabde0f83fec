import { diskFs, type SpoolFile, type SpoolFs } from "../../core/spool/mod.ts";

/** The disk of the machine, with operations of its open files replaced by those that `replace` returns. */
export function wrappedDisk(replace: (file: SpoolFile) => Partial<SpoolFile>): SpoolFs {
  return {
    ...diskFs,
    async open(path, mode) {
      const file = await diskFs.open(path, mode);
      return {
        write: (data) => file.write(data),
        read: (buffer) => file.read(buffer),
        seek: (offset) => file.seek(offset),
        truncate: (size) => file.truncate(size),
        syncData: () => file.syncData(),
        close: () => file.close(),
        ...replace(file),
      };
    },
  };
}
