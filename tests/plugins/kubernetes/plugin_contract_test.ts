import { pluginContract } from "../../../core/testing/mod.ts";
import { kubernetes } from "../../../plugins/kubernetes/mod.ts";

pluginContract({ plugin: kubernetes() });
