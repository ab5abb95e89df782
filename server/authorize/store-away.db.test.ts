import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { reportGaps } from "@/lib/log/record/report-gaps";
import type { EntryRecord } from "@/lib/log/types";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { adminActor } from "@/testing/actors";
import { forwardedBy, openConnection, type ProxyResponse } from "@/testing/gateway/proxy-requests";
import { type OwnPostgres, startOwnPostgres } from "@/testing/gateway/own-postgres";
import {
  type Client,
  openTestGateway,
  type TestGateway,
  until,
} from "@/testing/gateway/test-gateway";

type Asked = Readonly<{
  kind: "good" | "revoked" | "authorize";
  status: number;
  requestId: string;
}>;
let postgres: OwnPostgres, gateway: TestGateway, good: Client, lost: Client, edge: Client;
const admin = adminActor(),
  asked: Asked[] = [],
  open: (() => void)[] = [];
let speakers: Readonly<Record<Asked["kind"], () => Promise<ProxyResponse>>>;

beforeAll(async () => {
  postgres = await startOwnPostgres();
  gateway = await openTestGateway({ likeReal: true });
  [good, lost, edge] = [
    await gateway.issue("good"),
    await gateway.issue("lost"),
    await gateway.issue("edge"),
  ];
  const { deps } = gateway.harness;
  await revokeCertificate(deps, admin, lost.certificate.id, { reason: "keyCompromise" });
  await trustProxy(deps, admin, {
    identity: edge.identityId,
    kind: "nginx",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
    accepted: await acceptedOf(deps, edge.identityId),
  });
  await createPolicy(
    deps,
    admin,
    policyInput.parse({
      service: "payments",
      name: "Payments",
      rules: [{ name: "all", effect: "allow" }],
    }),
  );
  const [asGood, asLost, asEdge] = [
    openConnection(gateway, good),
    openConnection(gateway, lost),
    openConnection(gateway, edge),
  ];
  open.push(asGood.close, asLost.close, asEdge.close);
  speakers = {
    good: () => asGood.ask({ path: "/api/v1/certificates" }),
    revoked: () => asLost.ask({ path: "/api/v1/certificates" }),
    authorize: () =>
      asEdge.ask({
        path: "/api/v1/authorize?service=payments",
        ...forwardedBy.nginx({ cert: good.cert }),
      }),
  };
});
afterAll(async () => {
  for (const close of open) close();
  await gateway.close();
  await postgres.stop();
});

const kinds = ["good", "revoked", "authorize"] as const,
  whenWell = { good: 200, revoked: 401, authorize: 200 } as const;
async function ask(kind: Asked["kind"]): Promise<number> {
  const { status, headers, problem } = await speakers[kind]();
  asked.push({
    kind,
    status,
    requestId: String(
      headers["x-request-id"] ?? headers["x-chancery-request"] ?? problem["requestId"],
    ),
  });
  return status;
}
/** One request of each kind, one after another, so that the next waits for the answer before it. */
async function askAll(): Promise<number[]> {
  const statuses: number[] = [];
  for (const kind of kinds) statuses.push(await ask(kind));
  return statuses;
}
const well = kinds.map((kind) => whenWell[kind]),
  away = [503, 503, 503];
/** Until it serves again by itself. */
const untilWell = () => until(async () => String(await askAll()) === String(well));
/** As the others wait for their answers: many at once, so that they share commits. */
const crowd = () => Promise.all(Array.from({ length: 60 }, (_, at) => ask(kinds[at % 3]!)));

/** Calls `act` while another connection holds a lock that the gateway needs; then releases it. */
async function whileLocked(
  sql: string,
  act: (letGo: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const holder = openDatabase(gateway.harness.urls.superUrl, { max: 1 }),
    client = await holder.pool.connect();
  await client.query("begin");
  await client.query(sql);
  const letGo = async (): Promise<void> => void (await client.query("rollback"));
  try {
    await act(letGo);
  } finally {
    await letGo();
    client.release();
    await closeDatabase(holder);
  }
}

describe("while the database is unavailable, requests are refused and never let through", () => {
  test("while the database works, each request gets its expected answer", async () => {
    await untilWell();
    expect(await askAll()).toEqual(well);
  });
  test("while the database hangs, every answer is a prompt 503 and status is still served; then service resumes by itself", async () => {
    postgres.hang();
    try {
      // Nothing goes on before the last of these is answered: a gateway that waited for the store
      // would hang here.
      expect([await askAll(), await askAll()]).toEqual([away, away]);
      expect(new Set(await crowd())).toEqual(new Set([503]));
      expect(await askAll()).toEqual(away);
      for (const path of ["/healthz", "/crl/issuing.crl", "/ca/root.pem"])
        expect((await fetch(`${gateway.httpUrl()}${path}`)).status).toBe(200);
    } finally {
      postgres.goOn();
    }
    await untilWell();
    expect(await askAll()).toEqual(well);
  });
  test("while the database hangs, a browser gets a page that explains it and reloads by itself, from the gateway and from the console", async () => {
    const html = { accept: "text/html,application/xhtml+xml" },
      { deps } = gateway.harness;
    // As every page of the console does first: it asks the database who is there, over connections
    // that are in no hurry.
    const page = createServer(
      (_request, response) =>
        void deps.db.prisma.session.count().then(
          () => response.end("page"),
          () => response.destroy(),
        ),
    );
    mkdirSync(gateway.file("console"));
    await new Promise<void>((listening) => {
      page.listen(gateway.file("console/console.sock"), listening);
    });
    const atConsole = (headers: Record<string, string>) =>
      fetch(`${gateway.httpUrl()}/certificates`, { headers });
    try {
      expect(await (await atConsole(html)).text()).toBe("page");
      postgres.hang();
      const [person, lostPerson] = [openConnection(gateway, good), openConnection(gateway, lost)];
      open.push(person.close, lostPerson.close);
      for (const { ask: askPage } of [person, lostPerson]) {
        const answer = await askPage({ path: "/", headers: html });
        expect([
          answer.status,
          answer.headers["content-type"],
          answer.headers.refresh,
          answer.headers["retry-after"],
        ]).toEqual([503, "text/html; charset=utf-8", "2", "2"]);
        expect(answer.body).toMatch(/reloads automatically[^]*Request/);
        expect(answer.body).not.toMatch(/without a certificate|<script/);
      }
      expect(
        (await person.ask({ path: "/api/v1/certificates", headers: html })).problem,
      ).toMatchObject({ status: 503 });
      // What is asked here is answered while the database still hangs.
      for (const headers of [html, { rsc: "1" }]) {
        const answer = await atConsole(headers);
        expect([
          [502, 503].includes(answer.status),
          Number(answer.headers.get("retry-after")) > 0,
        ]).toEqual([true, true]);
        expect(await answer.text()).toMatch(/did not load in time|closed the connection/);
      }
    } finally {
      postgres.goOn();
      page.closeAllConnections();
      page.close();
    }
    await untilWell();
  });
  test("if the database hangs during many requests, each gets one answer, and later ones are served once it resumes", async () => {
    const running = crowd();
    postgres.hang();
    const statuses = await running.finally(postgres.goOn);
    expect(statuses.every((status, at) => status === 503 || status === well[at % 3])).toBe(true);
    await untilWell();
  });
  test("while only the log can't be written, the answer is 503 although certificates can be looked up", async () => {
    await whileLocked("lock table tlog.inbox in share mode", async (letGo) => {
      expect(await askAll()).toEqual(away);
      await letGo();
      await untilWell();
    });
  });
  test("while only certificates can't be looked up, the answer is 503 although the log can be written", async () => {
    await whileLocked("lock table certificate in access exclusive mode", async (letGo) => {
      expect(await askAll()).toEqual(away);
      await letGo();
      await untilWell();
    });
  });
  test("while the database is slow at times, every answer is correct or a 503", async () => {
    const statuses: number[] = [];
    let over = false;
    const asking = (async () => {
      while (!over) statuses.push(...(await askAll()));
    })();
    for (const slowMs of [30, 120, 350, 60])
      await whileLocked("lock table tlog.inbox in share mode", async () => {
        await pause(slowMs);
      });
    over = true;
    await asking;
    expect(statuses.every((status, at) => status === 503 || status === well[at % 3])).toBe(true);
    await untilWell();
  });
  test("after the database crashed and restarted, requests are served again without restarting anything else", async () => {
    expect(await askAll()).toEqual(well);
    const running = crowd();
    postgres.crash();
    expect((await running).every((status, at) => status === 503 || status === well[at % 3])).toBe(
      true,
    );
    await untilWell();
    expect(await askAll()).toEqual(well);
  });
});

describe("entries after the database came back", () => {
  let byRequest: Map<string, EntryRecord[]>;
  beforeAll(async () => {
    await until(() =>
      gateway.entries().then(
        () => true,
        () => false,
      ),
    );
    byRequest = new Map();
    for (const entry of await gateway.entries())
      byRequest.set(entry.requestId, [...(byRequest.get(entry.requestId) ?? []), entry]);
  });

  test("every answered request has exactly one entry, which matches the answer", () => {
    const answered = asked.filter(({ status }) => status !== 503);
    expect(answered.length).toBeGreaterThan(30);
    const actions = {
      good: "certificate.read",
      revoked: "request.refused",
      authorize: "request.authorized",
    } as const;
    for (const { kind, requestId } of answered)
      expect(
        byRequest.get(requestId)?.map(({ action }) => action),
        requestId,
      ).toEqual([actions[kind]]);
  });
  test("no refused request has an entry that allows it, unless a later entry denies it", () => {
    for (const { requestId } of asked.filter(
      ({ kind, status }) => kind === "authorize" && status === 503,
    )) {
      const outcomes = (byRequest.get(requestId) ?? []).map(({ outcome }) => outcome);
      expect([[], ["success"], ["failure"], ["success", "failure"]]).toContainEqual(outcomes);
    }
  });
  test("entry numbers have no gap, and none of the gateway's event numbers is missing", async () => {
    const [row] = await gateway.harness.asSuper(
      "select count(*)::int as n, coalesce(max(seq) + 1, 0)::int as next from tlog.entry",
    );
    expect(row?.["n"]).toBe(row?.["next"]);
    // Whose commit was cut off is known after three minutes at the latest; the gateway's last
    // heartbeat then accounts for every number.
    gateway.harness.advance(200_000);
    await gateway.stop();
    await reportGaps(gateway.harness.deps);
    const entries = await gateway.entries(),
      beats = entries.filter(({ action }) => action === "source.heartbeat");
    expect(entries.filter(({ action }) => action === "source.gap")).toEqual([]);
    expect(beats.at(-1)?.details).toMatchObject({ source: "test/gateway", ended: true });
    const numbers = entries.flatMap(({ src }) => (src?.id === "test/gateway" ? [src.seq] : []));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
