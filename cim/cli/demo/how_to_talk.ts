import { demoNames, type Workspace } from "./workspace.ts";

/** Commands to try while the demo keeps running. */
export function howToTalk(workspace: Workspace): string[] {
  const { restUrl, natsUrl, appPort, logs, configPath, changeSetKey, commitKey } = workspace;
  const patch = '[{"op":"replace","path":"/greeting","value":"hello again"}]';
  return [
    "",
    `The agent and the application ${demoNames.container} keep running. Try:`,
    `  status of the agent          curl ${restUrl}/api/v1/status`,
    `  metrics                      curl ${restUrl}/metrics`,
    `  change the application       curl -X PUT '${restUrl}/api/v1/kv/${
      changeSetKey("sample.json", 5)
    }?ttl=60s' -d '${patch}'`,
    `  read its configuration       curl http://127.0.0.1:${appPort}/config`,
    `  read the commit key          curl ${restUrl}/api/v1/kv/${commitKey}`,
    `  all change-sets              curl ${restUrl}/api/v1/config/changes`,
    `  read the log files           tail -F ${logs}/*.log`,
    `  NATS                         ${natsUrl} (subjects LOG, EVENT, CONFIG)`,
    `  command line                 cim status --config ${configPath}`,
    "Press Ctrl-C to end both.",
    "",
  ];
}
