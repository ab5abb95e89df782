import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { type Api, apiAt, type Certificate } from "@/e2e/support/api";
import { createToken } from "@/e2e/support/command-line";
import { run } from "@/e2e/support/run";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  type ChanceryPlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

const headless = {
  CHANCERY_ADMIN_EMAIL: "admin@example.com",
  CHANCERY_ADMIN_PASSWORD: "a long password",
  CHANCERY_ORGANIZATION: "Example",
};

/** What takes two minutes at most, on a machine that is busy as well. */
const patienceMs = 300_000;

/**
 * Polls at short intervals until the condition holds. Throws after five minutes, so that a run says
 * which condition never held, by the caller's line, instead of ending without a word.
 */
export async function until<T>(
  holds: () => Promise<T | null | false | undefined> | T | null | false | undefined,
): Promise<T> {
  const neverHeld = new Error(`the condition did not hold within ${patienceMs / 1000} s`);
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const found = await holds();
    if (found !== null && found !== false && found !== undefined) return found;
    await pause(50);
  }
  throw neverHeld;
}

/**
 * Starts one with its setup taken from the environment, and waits until it answers that it is ready;
 * `root` is where another version of it is.
 */
export async function startReady(
  place: ChanceryPlace,
  logFile: string,
  settings: Readonly<Record<string, string>> = {},
  root?: string,
): Promise<ThrowawayChancery> {
  const chancery = await startChanceryAt(place, { ...headless, ...settings }, logFile, root);
  await until(() =>
    fetch(`${chancery.httpUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return chancery;
}

/** The API with a new administrator's token. */
export async function adminApi(chancery: ThrowawayChancery): Promise<Api & { token: string }> {
  const token = await createToken(chancery.dataFolder, "admin");
  return { ...apiAt(chancery.httpUrl, token), token };
}

/** Asserts that the verification of the running log finds nothing. */
export async function expectVerified({ dataFolder }: ChanceryPlace): Promise<void> {
  const chancery = join(findRepoRoot(), "tools/scripts/chancery.mjs");
  const { code, all } = await run(process.execPath, [chancery, "verify", "--live"], {
    env: { ...process.env, CHANCERY_DATA: dataFolder },
  });
  expect(code, all).toBe(0);
}

/** Everything that it has printed until now. */
export const saidBy = ({ logFile }: Pick<ThrowawayChancery, "logFile">): string =>
  readFileSync(logFile, "utf8");

/**
 * What became of many requests at once: certificates that a client really received, and how often
 * something else came.
 */
export type Harvest = {
  readonly received: Certificate[];
  readonly refused: { status: number; code: string }[];
  lost: number;
};

/**
 * Asks for one certificate per request, several at a time, and keeps count of what came back.
 * `onReceived` gets the number so far.
 */
export async function harvest(
  api: Api,
  bodies: readonly object[],
  atOnce: number,
  onReceived: (count: number) => void = () => {},
): Promise<Harvest> {
  const result: Harvest = { received: [], refused: [], lost: 0 };
  const queue = [...bodies];
  const work = async () => {
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
      try {
        const answer = await api.post<Certificate & { code: string }>("/certificates", body);
        if (answer.status === 201) onReceived(result.received.push(answer.body));
        else result.refused.push({ status: answer.status, code: answer.body.code });
      } catch {
        result.lost += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return result;
}
