import { parseArgs } from "node:util";
import type { Deps } from "@/lib/runtime/deps";
import { listRoots } from "@/lib/status/list-roots";
import { type Command, UsageError } from "./command";
import { getRunningDeps } from "./connect";

const usage = `chancery root [--fingerprint]

Prints the certificates of the root CAs in PEM, for the first connection to Chancery's HTTPS: curl --cacert root.pem. Names and SHA-256
fingerprints go to standard error; with --fingerprint they alone are printed, to standard output.`;

/** Prints what a client has to trust before it can connect over HTTPS. */
export const root: Command = {
  name: "root",
  summary: "print the root certificate and its fingerprint",
  usage,
  run: async (args) =>
    runRoot(getRunningDeps(), args, {
      out: (text) => process.stdout.write(text),
      note: (text) => process.stderr.write(text),
    }),
};

type Streams = Readonly<{ out: (text: string) => void; note: (text: string) => void }>;

/** Runs the command. Returns the exit code: 1 if there is no root yet. */
export async function runRoot(
  deps: Pick<Deps, "db">,
  args: readonly string[],
  { out, note }: Streams,
): Promise<number> {
  const isFingerprintAlone = readArguments(args);
  const roots = await listRoots(deps);
  if (roots.length === 0) {
    note("There is no root CA yet. Finish the setup first.\n");
    return 1;
  }
  for (const { name, sha256, pem } of roots) {
    (isFingerprintAlone ? out : note)(`${name}  SHA-256 ${sha256}\n`);
    if (!isFingerprintAlone) out(pem);
  }
  return 0;
}

function readArguments(args: readonly string[]): boolean {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { fingerprint: { type: "boolean", default: false } },
    });
    return values.fingerprint;
  } catch {
    throw new UsageError(usage);
  }
}
