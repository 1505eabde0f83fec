import assert from "node:assert/strict";
import { errorCatalogue } from "../../core/mod.ts";
import { shippedFiles } from "../architecture/_source_tree.ts";

Deno.test("every code of the catalogue is used, or says that it is retired", () => {
  const elsewhere = shippedFiles().filter(({ path }) => path !== "core/errors/catalogue.ts");
  const idle = Object.entries(errorCatalogue)
    .filter(([, { meaning }]) => !meaning.includes("retired"))
    .map(([code]) => code)
    .filter((code) => !elsewhere.some((file) => file.code.includes(`"${code}"`)));
  assert.deepEqual(idle, []);
});
