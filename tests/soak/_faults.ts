/**
 * The faults of the soak. Each one ends what it began; a broker that was stopped comes back during the next ones.
 *
 * @module
 */
import { pause, type Rig } from "./_rig.ts";

/** A fault. */
export interface Fault {
  /** What happens. */
  readonly name: string;
  /** Whether the rig can make it. Default: always. */
  readonly isPossible?: (rig: Rig) => boolean;
  /** Whether it can be made now; otherwise it is left for later. Default: always. */
  readonly isReady?: (rig: Rig) => boolean;
  /** Makes it, and takes it back. */
  readonly make: (rig: Rig) => Promise<void>;
}

/** All of them. The numbers are those of the scenarios in `tests/DEFECTS.md`. */
export const faults: readonly Fault[] = [
  {
    name: "C2-1: the agent is killed",
    make: (rig) => rig.killAgent(),
  },
  {
    name: "C2-33: the agent is stopped",
    make: (rig) => rig.restartAgent(),
  },
  {
    name: "C2-1: the agent is killed while the collector is away",
    async make(rig) {
      await rig.collector.kill();
      await pause(rig.between(200, 1_000));
      await rig.killAgent();
      await rig.collector.start();
    },
  },
  {
    name: "C2-5: the disk is full",
    isPossible: (rig) => rig.disk !== undefined,
    async make(rig) {
      await rig.disk!.fill();
      await pause(rig.between(1_000, 3_000));
      await rig.disk!.free();
    },
  },
  {
    name: "C2-5: the agent is killed while the disk is full",
    isPossible: (rig) => rig.disk !== undefined,
    async make(rig) {
      await rig.disk!.fill();
      await pause(rig.between(200, 1_500));
      // An agent whose embedded store is the source of its configuration does not start while that store is full.
      await rig.killAgent(() => rig.disk!.free());
    },
  },
  {
    name: "C2-7: Kafka is stopped and started",
    isPossible: (rig) => rig.kafka !== undefined,
    isReady: (rig) => rig.isKafkaRunning,
    async make(rig) {
      await rig.kafka!.stop();
      await rig.last(200, 2_000);
      rig.startKafka();
    },
  },
  {
    name: "C2-8: Kafka is killed and started",
    isPossible: (rig) => rig.kafka !== undefined,
    isReady: (rig) => rig.isKafkaRunning,
    async make(rig) {
      await rig.kafka!.kill();
      await rig.last(200, 2_000);
      rig.startKafka();
    },
  },
  {
    name: "C2-11: Kafka is frozen",
    isPossible: (rig) => rig.kafka !== undefined,
    isReady: (rig) => rig.isKafkaRunning,
    async make(rig) {
      rig.kafka!.freeze();
      await rig.last(500, 4_000);
      rig.kafka!.thaw();
    },
  },
  {
    name: "C2-14: the collector is killed",
    async make(rig) {
      await rig.collector.kill();
      await rig.last(200, 2_000);
      await rig.collector.start();
    },
  },
  {
    name: "C2-14: the collector is frozen",
    async make(rig) {
      rig.collector.signal("SIGSTOP");
      await rig.last(500, 4_000);
      rig.collector.signal("SIGCONT");
    },
  },
  {
    name: "C2-14: the collector is slow",
    async make(rig) {
      for (let round = 0; round < 15; round++) {
        rig.collector.signal("SIGSTOP");
        await pause(rig.between(50, 200));
        rig.collector.signal("SIGCONT");
        await pause(10);
      }
    },
  },
  {
    name: "C2-15: the connection to the collector is cut",
    async make(rig) {
      for (let cuts = 0; cuts < 3; cuts++) {
        rig.collectorProxy.cut();
        await pause(rig.between(0, 500));
        rig.collectorProxy.mend();
        await pause(rig.between(100, 500));
      }
    },
  },
  {
    name: "C2-43: the connections of publishers and application are cut",
    async make(rig) {
      for (let cuts = 0; cuts < 3; cuts++) {
        rig.natsProxy.cut();
        await pause(rig.between(0, 300));
        rig.natsProxy.mend();
        await pause(rig.between(100, 300));
      }
    },
  },
  {
    name: "the configuration changes",
    make: (rig) => rig.changeConfiguration(),
  },
];
