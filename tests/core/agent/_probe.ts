import {
  definePlugin,
  type Plugin,
  type PluginSpec,
  type Token,
} from "../../../core/plugin/mod.ts";

/** Steps of plugins in the order they happened, such as `init a`. */
export class Journal {
  /** What happened so far. */
  readonly steps: string[] = [];

  /** A plugin that writes down each of its steps and then does what `spec` says. */
  plugin(
    name: string,
    spec: Partial<PluginSpec<Record<never, never>, void>> & {
      provides?: readonly Token<unknown>[];
    } = {},
  ): Plugin {
    return definePlugin<Record<never, never>, void>({
      ...spec,
      name,
      init: (context) => {
        this.steps.push(`init ${name}`);
        for (const token of spec.provides ?? []) context.provide(token, name);
        return spec.init?.(context);
      },
      afterInit: (state, context) => {
        this.steps.push(`afterInit ${name}`);
        return spec.afterInit?.(state, context);
      },
      close: (state, context) => {
        this.steps.push(`close ${name}`);
        return spec.close?.(state, context);
      },
    });
  }
}

/** A promise that never settles, for what never returns. */
export const never: Promise<void> = new Promise(() => {});
