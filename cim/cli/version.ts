import manifest from "../../deno.json" with { type: "json" };

/** The product's version, from the one place where it stands. */
export const version: string = manifest.version;
