import { once } from "node:events";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { errorMessage } from "@/lib/errors/error-message";
import { type NoteKey, readVkey } from "@/lib/log/pure/note";
import { isProofError } from "@/lib/log/pure/proof-error";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { world } from "@/lib/runtime/get-deps";
import { makeFileStore } from "@/lib/witness/file-store";
import { serveWitness } from "@/lib/witness/serve-witness";
import { openWitnessKey } from "@/lib/witness/witness-key";
import { type Command, UsageError } from "./command";

const usage = `chancery witness --data DIR --log VKEY [--log VKEY …] [--port N] [--host H] [--name NAME] [--late-after SECONDS]

Cosigns the checkpoints of logs that are consistent with the last one it cosigned (C2SP tlog-witness). DIR holds its key and the last
checkpoint of each log. VKEY is the verifier key that a log serves at /log/key. Add the line that it prints to the witness policy of the log.`;

/** A small witness with its own process, key and state. It runs until it is stopped. */
export const witness: Command = {
  name: "witness",
  summary: "cosign the checkpoints of other logs",
  usage,
  run: async (args) => {
    const { data, logs, port, host, name, lateAfterSeconds } = await readArguments(args);
    const key = await openWitnessKey(data, { name, host: hostname(), random: world.random });
    const store = makeFileStore(join(data, "logs"), world.random);
    const server = serveWitness({
      key,
      logs,
      store,
      lateAfterSeconds,
      clock: world.clock,
      onError: (error) => process.stderr.write(`chancery witness: ${errorMessage(error)}\n`),
    });
    server.listen(port, host);
    await once(server, "listening");
    const address = server.address();
    const boundPort = typeof address === "object" && address !== null ? address.port : port;
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}`;
    process.stdout.write(`${key.vkey}\n${url}\n`);
    process.stderr.write(
      `Line for the witness policy: witness ${policyName(key.key.name)} ${key.vkey} ${url}\nWatching ${[...logs.keys()].join(", ")}.\n`,
    );
    const stop = (): void => {
      server.close();
      server.closeIdleConnections();
    };
    process.once("SIGTERM", stop).once("SIGINT", stop);
    await once(server, "close");
    return 0;
  },
};

/** The name of the witness within a policy, derived from the name of its key. */
const policyName = (name: string): string => name.replaceAll(/[^a-zA-Z0-9.-]/g, "-");

async function readArguments(args: readonly string[]) {
  const {
    data,
    log = [],
    port = "0",
    host = "127.0.0.1",
    name = null,
    "late-after": lateAfter = "900",
  } = parse(args);
  if (data === undefined || log.length === 0) throw new UsageError(usage);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port: ${port} is not a port.\n\n${usage}`);
  if (!/^[1-9]\d{0,8}$/.test(lateAfter))
    throw new UsageError(`--late-after: ${lateAfter} is not a number of seconds.\n\n${usage}`);
  const logs = new Map<string, NoteKey[]>();
  for (const vkey of log) {
    const key = await readLogKey(vkey);
    logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  }
  return {
    data: resolve(data),
    logs,
    port: Number(port),
    host,
    name,
    lateAfterSeconds: Number(lateAfter),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        data: text,
        log: { type: "string", multiple: true },
        port: text,
        host: text,
        name: text,
        "late-after": text,
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${errorMessage(error)}\n\n${usage}`);
  }
}

async function readLogKey(vkey: string): Promise<NoteKey> {
  try {
    const key = await readVkey(nodeLogCrypto, vkey);
    if (key.type !== 1)
      throw new UsageError(`--log: ${vkey} is the key of a witness, not of a log.`);
    return key;
  } catch (error) {
    if (isProofError(error)) throw new UsageError(`--log: ${error.message}`);
    throw error;
  }
}
