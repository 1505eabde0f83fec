import type { TempDir } from "../_support/temp_dir.ts";

/** Settings of an agent that writes LOG messages to Kafka and keeps in the spool what cannot be sent. */
export async function kafkaLogSettings(
  temp: TempDir,
): Promise<{ readonly folder: string; readonly mounted: string }> {
  const folder = temp.join("conf", "static");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/common-infra.json`,
    JSON.stringify({ enable_retrx: "true" }),
  );
  return {
    folder: temp.path,
    mounted: JSON.stringify({ cimConfig: { lmaas: { logging_mode: "KAFKA" } } }),
  };
}
