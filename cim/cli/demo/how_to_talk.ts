import { demoNames, type Workspace } from "./workspace.ts";

/** What an operator can try by hand while the demo stays. */
export function howToTalk(workspace: Workspace): string[] {
  const { restUrl, natsUrl, appPort, logs, configPath, changeSetKey, commitKey } = workspace;
  const patch = '[{"op":"replace","path":"/greeting","value":"hello again"}]';
  return [
    "",
    `The agent and the application ${demoNames.container} keep running. Talk to them:`,
    `  the agent's state            curl ${restUrl}/api/v1/status`,
    `  its metrics                  curl ${restUrl}/metrics`,
    `  change the application       curl -X PUT '${restUrl}/api/v1/kv/${
      changeSetKey("sample.json", 5)
    }?ttl=60s' -d '${patch}'`,
    `  see what it made of that     curl http://127.0.0.1:${appPort}/config`,
    `  see the verdict              curl ${restUrl}/api/v1/kv/${commitKey}`,
    `  all change-sets              curl ${restUrl}/api/v1/config/changes`,
    `  its log                      tail -F ${logs}/*.log`,
    `  NATS                         ${natsUrl} (subjects LOG, EVENT, CONFIG)`,
    `  the command line             cim status --config ${configPath}`,
    "Ctrl-C ends both.",
    "",
  ];
}
