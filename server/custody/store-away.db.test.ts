import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import type { EntryRecord } from "@/lib/log/types";
import { reportGaps } from "@/lib/log/report-gaps";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyInput } from "@/lib/policies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { forwardedBy, speaker } from "@/server/custody/testing/ask";
import type { Told } from "@/server/custody/testing/ask";
import { startOwnPostgres } from "@/server/custody/testing/own-postgres";
import type { OwnPostgres } from "@/server/custody/testing/own-postgres";
import { openRealDoor, until } from "@/server/custody/testing/real-door";
import type { Client, RealDoor } from "@/server/custody/testing/real-door";
import { testActor } from "@/server/signer/testing/make-test-house";

type Asked = Readonly<{
  kind: "good" | "revoked" | "authorize";
  status: number;
  requestId: string;
}>;
let postgres: OwnPostgres, door: RealDoor, good: Client, lost: Client, edge: Client;
const admin = testActor(),
  asked: Asked[] = [],
  open: (() => void)[] = [];
let speakers: Readonly<Record<Asked["kind"], () => Promise<Told>>>;

beforeAll(async () => {
  postgres = await startOwnPostgres();
  door = await openRealDoor({ likeReal: true });
  [good, lost, edge] = [
    await door.issue("good"),
    await door.issue("lost"),
    await door.issue("edge"),
  ];
  const { deps } = door.house;
  await revokeCertificate(deps, admin, lost.certificate.id, { reason: "keyCompromise" });
  await trustProxy(deps, admin, { identity: edge.identityId, kind: "nginx", hops: 1, note: "" });
  await createPolicy(
    deps,
    admin,
    policyInput.parse({
      service: "payments",
      name: "Payments",
      rules: [{ name: "all", effect: "allow" }],
    }),
  );
  const [asGood, asLost, asEdge] = [speaker(door, good), speaker(door, lost), speaker(door, edge)];
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
  await door.close();
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

/** Does it while somebody holds a lock that the door needs; the lock goes when it is done. */
async function whileLocked(
  sql: string,
  act: (letGo: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const holder = openDatabase(door.house.urls.superUrl, { max: 1 }),
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

describe("while the store is away, requests are refused and never let through", () => {
  test("in good times each is answered as it should be", async () => {
    await untilWell();
    expect(await askAll()).toEqual(well);
  });
  test("it hangs: every answer is 503 and comes while it still hangs; status is served on; then service comes back by itself", async () => {
    postgres.hang();
    try {
      // Nothing goes on before the last of these is answered: a door that waited for the store would wait here for ever.
      expect([await askAll(), await askAll()]).toEqual([away, away]);
      expect(new Set(await crowd())).toEqual(new Set([503]));
      expect(await askAll()).toEqual(away);
      for (const path of ["/healthz", "/crl/issuing.crl", "/ca/root.pem"])
        expect((await fetch(`${door.httpUrl()}${path}`)).status).toBe(200);
    } finally {
      postgres.goOn();
    }
    await untilWell();
    expect(await askAll()).toEqual(well);
  });
  test("it hangs: a browser gets a page that says so and comes back by itself, from the door and for what the console waits for", async () => {
    const html = { accept: "text/html,application/xhtml+xml" },
      { deps } = door.house;
    // As every page of the console does first: it asks the database who is there, over connections that are in no hurry.
    const page = createServer(
      (_request, response) =>
        void deps.db.prisma.session.count().then(
          () => response.end("page"),
          () => response.destroy(),
        ),
    );
    await new Promise<void>((listening) => {
      page.listen(door.file("console.sock"), listening);
    });
    const atConsole = (headers: Record<string, string>) =>
      fetch(`${door.httpUrl()}/certificates`, { headers });
    try {
      expect(await (await atConsole(html)).text()).toBe("page");
      postgres.hang();
      const [person, lostPerson] = [speaker(door, good), speaker(door, lost)];
      open.push(person.close, lostPerson.close);
      for (const { ask: askPage } of [person, lostPerson]) {
        const answer = await askPage({ path: "/", headers: html });
        expect([
          answer.status,
          answer.headers["content-type"],
          answer.headers.refresh,
          answer.headers["retry-after"],
        ]).toEqual([503, "text/html; charset=utf-8", "2", "2"]);
        expect(answer.body).toMatch(/tries again by itself[^]*Request/);
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
        expect(await answer.text()).toMatch(/could not be made in time|broke off its answer/);
      }
    } finally {
      postgres.goOn();
      page.closeAllConnections();
      page.close();
    }
    await untilWell();
  });
  test("it hangs in the middle of a crowd: each request gets one answer, and the rest are served once it goes on", async () => {
    const running = crowd();
    postgres.hang();
    const statuses = await running;
    postgres.goOn();
    expect(statuses.every((status, at) => status === 503 || status === well[at % 3])).toBe(true);
    await untilWell();
  });
  test("only the log takes nothing: 503, although the certificate could be looked up", async () => {
    await whileLocked("lock table tlog.inbox in share mode", async (letGo) => {
      expect(await askAll()).toEqual(away);
      await letGo();
      await untilWell();
    });
  });
  test("only certificates cannot be looked up: 503, although it could be recorded", async () => {
    await whileLocked("lock table certificate in access exclusive mode", async (letGo) => {
      expect(await askAll()).toEqual(away);
      await letGo();
      await untilWell();
    });
  });
  test("it is slow now and then: what is answered is answered right, and the rest is 503", async () => {
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
  test("it dies and is started again: nobody has to restart anything else", async () => {
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

describe("and nothing is lost", () => {
  let byRequest: Map<string, EntryRecord[]>;
  beforeAll(async () => {
    await until(() =>
      door.entries().then(
        () => true,
        () => false,
      ),
    );
    byRequest = new Map();
    for (const entry of await door.entries())
      byRequest.set(entry.requestId, [...(byRequest.get(entry.requestId) ?? []), entry]);
  });

  test("every request that was answered has exactly one entry, which says what was answered", () => {
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
  test("no request of which the answer was no has an entry that it was let through to a service, unless that was taken back", () => {
    for (const { requestId } of asked.filter(
      ({ kind, status }) => kind === "authorize" && status === 503,
    )) {
      const outcomes = (byRequest.get(requestId) ?? []).map(({ outcome }) => outcome);
      expect([[], ["success"], ["failure"], ["success", "failure"]]).toContainEqual(outcomes);
    }
  });
  test("the numbers of the entries are dense, and no number of the door's own is missing", async () => {
    const [row] = await door.house.asSuper(
      "select count(*)::int as n, coalesce(max(seq) + 1, 0)::int as next from tlog.entry",
    );
    expect(row?.["n"]).toBe(row?.["next"]);
    // Whose commit was cut off is known after three minutes at the latest; the door's last heartbeat then accounts for every number.
    door.house.advance(200_000);
    await door.stop();
    await reportGaps(door.house.deps);
    const entries = await door.entries(),
      beats = entries.filter(({ action }) => action === "source.heartbeat");
    expect(entries.filter(({ action }) => action === "source.gap")).toEqual([]);
    expect(beats.at(-1)?.details).toMatchObject({ source: "test/door", ended: true });
    const numbers = entries.flatMap(({ src }) => (src?.id === "test/door" ? [src.seq] : []));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
