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
import { type DrillOptions, makeDrillService } from "./drill-service";
import type { Boundary, Launch } from "./isolation/boundary";
import { filesOfUrl, permissionArgv } from "./isolation/permissions";
import { type CounterExchange, makeCounterExchange } from "./workers/counter-exchange";
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
  drills: DrillOptions;
  output: Output;
  state: RunState;
  isDemo: boolean;
  isKekInData: boolean;
  /** How many gateways share the ports, which are the same for all. */
  workers: number;
}>;

/** A process of its kind; the first gateway is number 1. */
type Begun = Readonly<{ name: ChildName; worker: number }>;

/**
 * Starts signer, console and gateways. `started` is called with each that runs, also if a later one
 * fails. Returns what the first gateway reported. The others start after it, because it brings what
 * an earlier version left up to date.
 */
export async function startChildren(
  options: ChildrenOptions,
  started: (name: string, child: SupervisedChild) => void,
): Promise<ReadyMessage> {
  let first: ReadyMessage = { type: "ready" };
  const counters = makeCounterExchange();
  const more = Array.from({ length: options.workers - 1 }, (_none, n) => ({
    name: "gateway" as const,
    worker: n + 2,
  }));
  const order = startOrder.map((together) => together.map((name) => ({ name, worker: 1 })));
  for (const together of [...order, more]) {
    const outcomes = await Promise.allSettled(
      together.map((begun) =>
        beginChild(options, begun, counters, (message) => {
          if (begun.name === "gateway" && begun.worker === 1) first = message;
        }),
      ),
    );
    outcomes.forEach((outcome, index) => {
      if (outcome.status === "fulfilled") started(labelOf(together[index]!), outcome.value);
    });
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
  return first;
}

const labelOf = ({ name, worker }: Begun): string => (worker === 1 ? name : `${name}-${worker}`);

function beginChild(
  options: ChildrenOptions,
  begun: Begun,
  counters: CounterExchange,
  onReady: (message: ReadyMessage) => void,
): Promise<SupervisedChild> {
  const { output, state, settings, secrets } = options;
  const { name } = begun;
  const label = labelOf(begun);
  const witnessFolder = signerFolder(settings, options.dataFolder);
  return output.step(label, () => {
    const launch = withPermissions(name, options);
    return startChild({
      name: label,
      mark: name,
      launch,
      print: (line) => output.print(label, line),
      environment: environmentOf(
        name,
        { ...options, root: launch.root, witnessFolder, boundary: options.boundary.kind },
        settings,
      ),
      secrets: secretsOf(name, secrets),
      sandbox: sandboxOf(name, options),
      descriptors: descriptorsOf(name, options, witnessFolder),
      onReady: (message, pid) => {
        onReady(message);
        state.ready(label, pid, message);
      },
      ...(name === "gateway" ? hearGateway(options, begun, counters) : {}),
    });
  });
}

/** Each gateway can have a drill run; only the one that leads the jobs asks for it. */
function hearGateway(
  { drills: drillOptions, workers }: ChildrenOptions,
  { worker }: Begun,
  counters: CounterExchange,
): Pick<ChildOptions, "onMessage" | "onEnd"> {
  const drills = makeDrillService(drillOptions);
  return {
    onMessage: (message, answer) => {
      drills.receive(message, answer);
      if (workers > 1) counters.receive(worker, message, answer);
    },
    onEnd: () => {
      drills.stop();
      counters.ended(worker);
    },
  };
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
  { boundary: { users }, settings, env, workers }: ChildrenOptions,
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
    for (const port of ["HTTP", "HTTPS", "MTLS"] as const) {
      const variable = `CHANCERY_${port}_PORT` as const;
      if (env[variable] > 0 && env[variable] < 1024)
        descriptors.push(
          portDescriptor(`CHANCERY_${port}_FD`, {
            host: env.CHANCERY_HOST,
            port: env[variable],
            variable,
            reusePort: workers > 1,
          }),
        );
    }
  return descriptors;
}
