import { pluginContract } from "../../../core/testing/mod.ts";
import { kafka } from "../../../plugins/kafka/mod.ts";

pluginContract({ plugin: kafka() });
