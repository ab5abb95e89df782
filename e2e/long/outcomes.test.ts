import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { adminApi, expectVerified, startReady, until } from "@/e2e/system/harness";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import { treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

// Requests with keys while processes are killed and connections cut. Each request is repeated under
// its key until it has an answer; then what was answered is counted against what the tables hold.
const atOnce = 8;
let place: ChanceryPlace;
let chancery: ThrowawayChancery;
let api: Api & { token: string };
let identity: string;
let keys = 0;

type Answer = Readonly<{ status: number; body: Record<string, unknown> }>;
/** A request, and every answer that its caller got for it. */
type Asked = Readonly<{ path: string; body: object; key: string; answers: Answer[] }>;

beforeAll(async () => {
  place = await makePlace();
  chancery = await startReady(place, join(findRepoRoot(), ".cache/long-outcomes.log"));
  api = await adminApi(chancery);
  identity = await createIdentity(api, "under faults");
});
afterAll(async () => {
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
});

async function post(path: string, body: object, key: string): Promise<Answer | null> {
  try {
    const response = await fetch(`${chancery.httpUrl}/api/v1${path}`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${api.token}`,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  } catch {
    return null;
  }
}

/** Repeats a request under one key until it has an answer that is final. */
async function ask(path: string, body: object): Promise<Asked> {
  const key = `outcome-${(keys += 1)}`;
  const asked: Asked = { path, body, key, answers: [] };
  await until(async () => {
    const answer = await post(path, body, key);
    if (answer === null) return false;
    asked.answers.push(answer);
    return answer.status !== 503 && answer.body["code"] !== "idempotency.running";
  });
  return asked;
}

async function query<T extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: readRunFile(place.dataFolder)?.databaseUrl });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const processOf = (pattern: RegExp): number =>
  treeOf(chancery.pid).find(({ command }) => pattern.test(command))?.pid ?? 0;
const kill = (pattern: RegExp) => (): Promise<void> => {
  const pid = processOf(pattern);
  if (pid > 0) process.kill(pid, "SIGKILL");
  return Promise.resolve();
};
/** Ends every connection of the application at once, whatever it is doing. */
const cut = async (): Promise<void> => {
  await query(
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()",
    [],
  ).catch(() => {});
};
/** How often each fault happens in each of the three kinds of request; more by hand. */
const more = Number(process.env["CHANCERY_OUTCOME_ROUNDS"] ?? "2");
const faults: Readonly<Record<string, Readonly<{ act: () => Promise<void>; rounds: number }>>> = {
  "kill -9 of the gateway": { act: kill(/dist\/gateway\.mjs/), rounds: more },
  "kill -9 of the signer": { act: kill(/dist\/signer\.mjs/), rounds: more },
  "kill -9 of PostgreSQL": { act: kill(/\/bin\/postgres /), rounds: more },
  "kill -9 of the console": { act: kill(/dist\/console\.mjs/), rounds: more },
  "a cut of all database connections": { act: cut, rounds: 4 * more },
};

const certificateOf = ({ answers }: Asked): Record<string, unknown> => answers.at(-1)?.body ?? {};
const idOf = (asked: Asked): string => String(certificateOf(asked)["id"]);

/** Every name that a request was for, and every certificate that a client received. */
const names: string[] = [];
const received: string[] = [];

function expectIssued(asked: readonly Asked[]): void {
  for (const one of asked) {
    expect(one.answers.at(-1)).toMatchObject({ status: 201 });
    received.push(idOf(one));
  }
}

const kinds = ["issue", "rotate", "revoke"] as const;
/** How long so many requests of each kind take without a fault, in milliseconds. */
const usualMs: Record<string, number> = {};
/** Every request, for the same answer again at the end. */
const all: Asked[] = [];

/** Runs requests at the same time, and the fault in the middle of them, at this part of their time. */
async function during(
  fault: () => Promise<void>,
  [kind, part]: readonly [kind: (typeof kinds)[number], part: number],
  requests: readonly (() => Promise<Asked>)[],
): Promise<Asked[]> {
  const running = requests.map((request) => request());
  await pause(part * (usualMs[kind] ?? 0));
  await fault();
  const asked = await Promise.all(running);
  all.push(...asked);
  return asked;
}

/** Asserts that these names are issued, rotated and revoked for, with the fault in the middle. */
async function expectIssuedRotatedRevoked(
  own: readonly string[],
  fault: () => Promise<void>,
  part: number,
): Promise<void> {
  names.push(...own);
  const csrs = () => Promise.all(own.map(async (one) => (await createCsr([one])).pem));
  const first = await csrs();
  const next = await csrs();
  const timed = async (
    kind: (typeof kinds)[number],
    requests: readonly (() => Promise<Asked>)[],
  ): Promise<Asked[]> => {
    const began = performance.now();
    const asked = await during(fault, [kind, part], requests);
    usualMs[kind] ??= performance.now() - began;
    return asked;
  };
  const issued = await timed(
    "issue",
    first.map((csr) => () => ask("/certificates", { profile: "tls-server", identity, csr })),
  );
  expectIssued(issued);
  const rotated = await timed(
    "rotate",
    issued.map(
      (one, n) => () =>
        ask(`/certificates/${idOf(one)}/rotate`, { csr: next[n], overlapSeconds: 0 }),
    ),
  );
  expectIssued(rotated);
  const revoked = await timed(
    "revoke",
    rotated.map((one) => () => ask(`/certificates/${idOf(one)}/revoke`, { reason: "superseded" })),
  );
  for (const one of revoked)
    expect(one.answers.at(-1)).toMatchObject({ status: 200, body: { status: "revoked" } });
}
const namesFor = (what: string): string[] =>
  Array.from({ length: atOnce }, (_none, n) =>
    `${what.replaceAll(/\W+/g, "-")}-${n}.example.com`.toLowerCase(),
  );

test("without a fault, each request is answered at once", async () => {
  await expectIssuedRotatedRevoked(namesFor("no fault"), () => Promise.resolve(), 0);
  expect(all.every(({ answers }) => answers.length === 1)).toBe(true);
});

describe.each(Object.entries(faults))("%s under load", (name, { act, rounds }) => {
  test("leaves each request to issue, rotate and revoke with one final answer, and none with 500", async () => {
    for (let round = 0; round < rounds; round += 1)
      await expectIssuedRotatedRevoked(namesFor(`${name} ${round}`), act, (round + 0.5) / rounds);
    const answers = all.flatMap((asked) => asked.answers);
    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
  });
});

test("afterwards there is each certificate that a client received, and no other", async () => {
  const rows = () =>
    query<{ id: string; state: string; issued: boolean }>(
      "select id, state, der is not null as issued from certificate where common_name = any($1)",
      [names],
    );
  // What was planned and given up is closed as revoked within two minutes.
  await until(async () => (await rows()).every(({ state }) => state !== "planned"));
  const found = await rows();
  expect(
    found
      .filter(({ issued }) => issued)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(received.toSorted());
});

test("a request that is sent again under its key gets the answer that its caller had, word for word", async () => {
  for (const { path, body, key, answers } of all)
    expect(await post(path, body, key)).toEqual(answers.at(-1));
});

test("each certificate was revoked once, by its own entry, and the log is verified", async () => {
  const rows = await query<{ id: string }>(
    `select convert_from(entry, 'UTF8')::jsonb #>> '{target,id}' as id from tlog.entry
      where convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'certificate.revoked'`,
    [],
  );
  const ids = rows.map(({ id }) => id).filter((id) => received.includes(id));
  expect(ids.toSorted()).toEqual(received.toSorted());
  await expectVerified(place);
});
