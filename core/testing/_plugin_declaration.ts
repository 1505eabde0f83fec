import assert from "node:assert/strict";
import { describeJsonSchema, operatorKey, readSection, sourcesFrom } from "../config/mod.ts";
import type { PluginCase } from "./plugin_case.ts";

/** Rules for the declaration of a plugin. */
export const declarationCases: Record<string, PluginCase> = {
  "every key is documented in whole sentences and written in snake_case"({ plugin }) {
    for (const [name, field] of Object.entries(plugin.config)) {
      const key = operatorKey(name, field);
      assert.match(key, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, `key of ${name}`);
      assert.match(field.doc, /^[A-Z"`'].*[.!]$/s, `documentation of ${key}: ${field.doc}`);
    }
  },

  "every default passes its own check when it is written into a file"({ plugin }) {
    const { section, config } = plugin;
    const schema = describeJsonSchema([{ section, fields: config }]) as {
      properties: Record<string, { properties: Record<string, { default?: unknown }> }>;
    };
    const written = Object.fromEntries(
      Object.entries(schema.properties[section]?.properties ?? {})
        .filter(([, property]) => property.default !== undefined)
        .map(([key, property]) => [key, property.default]),
    );
    const sources = sourcesFrom({
      file: { path: "defaults.json", values: { [section]: written } },
    });
    const { values, problems } = readSection(section, config, sources);
    assert.deepEqual(problems, []);
    for (const [name, field] of Object.entries(config)) {
      assert.deepEqual(values?.[name], field.default, name);
    }
  },

  "it requires, uses and provides each token once"({ plugin }) {
    const tokens = [...plugin.requires, ...plugin.optional, ...plugin.provides];
    assert.equal(new Set(tokens).size, tokens.length);
    for (const { name } of tokens) assert.notEqual(name, "");
  },
};
