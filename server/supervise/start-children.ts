import type { Env } from "@/lib/runtime/env";
import {
  type ChildOptions,
  type Descriptor,
  type ReadyMessage,
  startChild,
  type SupervisedChild,
} from "./child";
import {
  type ChildName,
  environmentOf,
  type Secrets,
  secretsOf,
  startOrder,
} from "./child-environment";
import { signerFolder } from "./data-folder";
import type { DrillService } from "./drill-service";
import type { Boundary, Launch } from "./isolation/boundary";
import { filesOfUrl, permissionArgv } from "./isolation/permissions";
import { fileDescriptor, folderDescriptor, portDescriptor } from "./isolation/descriptors";
import { sandboxPolicy } from "./isolation/sandbox";
import type { Output } from "./output";
import type { RunState } from "./run-state";

export type ChildrenOptions = Readonly<{
  env: Env;
  settings: NodeJS.ProcessEnv;
  childFiles: Readonly<Record<ChildName, string>>;
  dataFolder: string;
  runDir: string;
  boundary: Boundary;
  secrets: Secrets;
  drills: DrillService;
  output: Output;
  state: RunState;
  isDemo: boolean;
  isKekInData: boolean;
}>;

/**
 * Starts signer, console and gateway. `started` is called with each that runs, also if a later one
 * fails. Returns what the gateway, which starts last, reported.
 */
export async function startChildren(
  options: ChildrenOptions,
  started: (name: ChildName, child: SupervisedChild) => void,
): Promise<ReadyMessage> {
  const { output, state, runDir, settings, secrets, drills, isDemo, isKekInData } = options;
  let last: ReadyMessage = { type: "ready" };
  const witnessFolder = signerFolder(settings, options.dataFolder);
  const begin = (name: ChildName): Promise<SupervisedChild> =>
    output.step(name, () => {
      const launch = withPermissions(name, options);
      return startChild({
        name,
        launch,
        print: (line) => output.print(name, line),
        environment: environmentOf(
          name,
          {
            runDir,
            root: launch.root,
            witnessFolder,
            boundary: options.boundary.kind,
            isDemo,
            isKekInData,
          },
          settings,
        ),
        secrets: secretsOf(name, secrets),
        sandbox: sandboxOf(name, options),
        descriptors: descriptorsOf(name, options, witnessFolder),
        onReady: (message, pid) => {
          last = message;
          state.ready(name, pid, message);
        },
        ...(name === "gateway" ? { onMessage: drills.receive, onEnd: drills.stop } : {}),
      });
    });
  for (const together of startOrder) {
    const outcomes = await Promise.allSettled(together.map(begin));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === "fulfilled") started(together[index] as ChildName, outcome.value);
    });
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
  return last;
}

function withPermissions(
  name: ChildName,
  { boundary, childFiles, runDir, secrets }: ChildrenOptions,
): Launch {
  const launch = boundary.launch(childFiles[name], boundary.users?.[name]);
  const { root, file } = launch;
  const place = { root, file, runDir, files: filesOfUrl(secrets.databaseUrl) };
  const permissions = permissionArgv(name, childFiles[name], place);
  return { ...launch, execArgv: [...launch.execArgv, ...permissions] };
}

function sandboxOf(
  name: ChildName,
  { boundary, childFiles, runDir, settings }: ChildrenOptions,
): ChildOptions["sandbox"] {
  const { sandbox } = boundary;
  if (sandbox === null) return undefined;
  const { root, file } = boundary.launch(childFiles[name]);
  const policy = sandboxPolicy(name, { root, file, node: sandbox.node, runDir }, settings);
  return policy === null ? undefined : { sandbox, policy };
}

/** What a process with its own user can't open itself. */
function descriptorsOf(
  name: ChildName,
  { boundary: { users }, settings, env }: ChildrenOptions,
  witnessFolder: string,
): Descriptor[] {
  const descriptors: Descriptor[] = [];
  if (users === null) return descriptors;
  const authorities = settings.NODE_EXTRA_CA_CERTS;
  if (authorities && name !== "signer")
    descriptors.push(fileDescriptor("NODE_EXTRA_CA_CERTS", authorities));
  if (name === "signer") {
    descriptors.push(folderDescriptor("CHANCERY_WITNESS_DIR", witnessFolder, users.signer));
  }
  if (name === "gateway")
    for (const [variable, port] of [
      ["CHANCERY_HTTP_FD", env.CHANCERY_HTTP_PORT],
      ["CHANCERY_HTTPS_FD", env.CHANCERY_HTTPS_PORT],
      ["CHANCERY_MTLS_FD", env.CHANCERY_MTLS_PORT],
    ] as const)
      if (port > 0 && port < 1024)
        descriptors.push(portDescriptor(variable, env.CHANCERY_HOST, port));
  return descriptors;
}
