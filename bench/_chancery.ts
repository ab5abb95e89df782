import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemActor } from "@/lib/access/actor";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { readEnv } from "@/lib/runtime/env";
import { world } from "@/lib/runtime/get-deps";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { createToken } from "@/lib/tokens/create-token";
import { supervise } from "@/server/supervise/supervise";

export type Chancery = Readonly<{
  url: string;
  httpsUrl: string;
  mtlsPort: number;
  token: string;
  /** Of admin@example.com. */
  password: string;
  dataFolder: string;
  stop: () => Promise<void>;
}>;

/**
 * A whole Chancery under its own supervisor, on free ports and a data folder that is thrown away;
 * set up, with a token for an administrator. `more` are settings besides those that all of them have.
 * `demo`: the demonstration, with its history.
 */
export async function startChancery(
  more: Readonly<Record<string, string>> = {},
  { demo = false }: Readonly<{ demo?: boolean }> = {},
): Promise<Chancery> {
  const password = randomBytes(16).toString("hex");
  const root = findRepoRoot(),
    dist = join(root, "dist"),
    dataFolder = mkdtempSync(join(tmpdir(), "chancery-bench-"));
  const settings: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    PATH: process.env.PATH,
    CHANCERY_DATA: dataFolder,
    CHANCERY_HTTP_PORT: "0",
    CHANCERY_HTTPS_PORT: "0",
    CHANCERY_MTLS_PORT: "0",
    ...(demo
      ? {}
      : {
          CHANCERY_ADMIN_EMAIL: "admin@example.com",
          CHANCERY_ADMIN_PASSWORD: password,
          CHANCERY_ORGANIZATION: "Example",
        }),
    CHANCERY_LOG_LEVEL: "warn",
    CHANCERY_WORKERS: process.env["BENCH_WORKERS"] ?? "0",
    ...more,
  };
  const said: string[] = [];
  const running = await supervise({
    root,
    demo,
    env: readEnv(settings),
    settings,
    write: (text) => void said.push(text),
    childFiles: {
      signer: join(dist, "signer.mjs"),
      console: join(dist, "console.mjs"),
      gateway: join(dist, "gateway.mjs"),
    },
  }).catch((error: unknown) => {
    process.stderr.write(said.join(""));
    throw error;
  });
  const url = `http://localhost:${running.ports.http}`;
  const stop = async (): Promise<void> => {
    await running.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    await untilReady(url);
    return {
      url,
      httpsUrl: `https://localhost:${running.ports.https}`,
      mtlsPort: running.ports.mtls,
      dataFolder,
      stop,
      token: await makeToken(dataFolder),
      password: running.demoPassword ?? password,
    };
  } catch (error) {
    process.stderr.write(said.join(""));
    await stop();
    throw error;
  }
}

async function untilReady(url: string): Promise<void> {
  for (const end = Date.now() + 60_000; ;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > end)
      throw new Error(`Chancery did not become ready: ${(await answer?.text()) ?? "no answer"}`);
    await pause(100);
  }
}

async function makeToken(dataFolder: string): Promise<string> {
  const { readRunFile } = await import("@/lib/runtime/run-file");
  const db = openDatabase(readRunFile(dataFolder)?.databaseUrl ?? "", { max: 1 });
  const source = makeSource("benchmark", world.random.bytes);
  const recorder = makeRecorder({ ...world, db, source });
  try {
    const { secret } = (
      await createToken({ ...world, db, recorder }, systemActor("benchmark", "req_benchmark"), {
        name: "benchmark",
        role: "admin",
        identityId: null,
        expiresInDays: null,
      })
    ).result;
    return secret ?? "";
  } finally {
    await closeDatabase(db);
  }
}

export type Api = (path: string, body?: unknown) => Promise<Record<string, unknown>>;

/**
 * Calls the REST API with the administrator's token; throws what it answers if that is no success.
 */
export function apiOf({ url, token }: Pick<Chancery, "url" | "token">): Api {
  return async (path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
}
