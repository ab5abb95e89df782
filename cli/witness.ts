import { once } from "node:events";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { nodeLogCrypto } from "@/lib/log/node-crypto";
import { readVkey, type NoteKey } from "@/lib/log/pure/note";
import { ProofError } from "@/lib/log/pure/proof-error";
import { world } from "@/lib/runtime";
import { makeFileStore } from "@/lib/witness/file-store";
import { serveWitness } from "@/lib/witness/serve-witness";
import { openWitnessKey } from "@/lib/witness/witness-key";
import { UsageError, type Command } from "./command";

const usage = `chancery witness --data DIR --log VKEY [--log VKEY …] [--port N] [--host H] [--name NAME] [--late-after SECONDS]

Remembers the last checkpoint of each log and cosigns only what goes on from it (C2SP tlog-witness). Its key and its memory are in DIR.
VKEY is what a log serves at /log/key. Put the line that it prints into the log's witness policy.`;

/** A small witness: its own process, its own key, its own memory. It runs until it is stopped. */
export const witness: Command = {
  name: "witness",
  summary: "remember and cosign other logs' checkpoints",
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
      onError: (error) =>
        process.stderr.write(
          `chancery witness: ${error instanceof Error ? error.message : String(error)}\n`,
        ),
    });
    server.listen(port, host);
    await once(server, "listening");
    const address = server.address(),
      open = typeof address === "object" && address !== null ? address.port : port;
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${open}`;
    process.stdout.write(`${key.vkey}\n${url}\n`);
    process.stderr.write(
      `For a policy: witness ${nameFor(key.key.name)} ${key.vkey} ${url}\nWatching ${[...logs.keys()].join(", ")}.\n`,
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

/** A word for the policy's own use, out of the key's name. */
const nameFor = (name: string): string => name.replaceAll(/[^a-zA-Z0-9.-]/g, "-");

async function readArguments(args: readonly string[]) {
  const {
    data,
    log = [],
    port = "0",
    host = "127.0.0.1",
    name = null,
    "late-after": late = "900",
  } = parse(args);
  if (data === undefined || log.length === 0) throw new UsageError(usage);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port: ${port} is not a port.\n\n${usage}`);
  if (!/^[1-9]\d{0,8}$/.test(late))
    throw new UsageError(`--late-after: ${late} is not a number of seconds.\n\n${usage}`);
  const logs = new Map<string, NoteKey[]>();
  for (const vkey of log) {
    const key = await readLog(vkey);
    logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  }
  return {
    data: resolve(data),
    logs,
    port: Number(port),
    host,
    name,
    lateAfterSeconds: Number(late),
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
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

async function readLog(vkey: string): Promise<NoteKey> {
  try {
    const key = await readVkey(nodeLogCrypto, vkey);
    if (key.type !== 1)
      throw new UsageError(`--log: ${vkey} is the key of a witness, not of a log.`);
    return key;
  } catch (error) {
    if (error instanceof ProofError) throw new UsageError(`--log: ${error.message}`);
    throw error;
  }
}
