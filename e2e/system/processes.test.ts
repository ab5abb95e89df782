import { X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  apiAt,
  makeIdentity,
  type Api,
  type Certificate,
  type Entry,
  type Page,
} from "@/e2e/support/api";
import { askOcsp, filesOf, makeRequest } from "@/e2e/support/openssl";
import { run } from "@/e2e/support/run";
import { findRepoRoot } from "@/lib/runtime-root";
import {
  makePlace,
  startChanceryAt,
  type ChanceryPlace,
  type ThrowawayChancery,
} from "@/server/supervise/testing/throwaway-chancery";
import { balanceOf } from "./audit-of-all";
import { killTree, treeOf } from "./process-tree";
import { adminApi, harvest, saidBy, startReady, until, type Harvest } from "./stand";

// One Chancery on one data folder through all that can happen to its processes: each test goes on where the one before left it.
let place: ChanceryPlace,
  chancery: ThrowawayChancery,
  api: Api & { token: string },
  identity: string,
  csrs: string[],
  lives = 0;

const start = async () => {
  chancery = await startReady(place, join(findRepoRoot(), `.cache/system-${++lives}.log`));
};
const restart = async () => {
  await start();
  api = { ...apiAt(chancery.httpUrl, api.token), token: api.token };
};
const requestFor = (csr: string, owner = identity) => ({
  profile: "tls-server",
  identity: owner,
  csr,
});
const rootPem = async () => (await fetch(`${chancery.httpUrl}/ca/root.pem`)).text();

beforeAll(async () => {
  place = await makePlace();
  await start();
  api = await adminApi(chancery);
  identity = await makeIdentity(api, "under load");
  csrs = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, index) => (await makeRequest([`load-${index}.example.com`])).pem,
    ),
  );
}, 400_000);

afterAll(async () => {
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
});

/** What must hold for every certificate that a client has in its hands, and for every one that the tables know. */
async function nothingIsMissing({ received }: Harvest): Promise<void> {
  await api.get("/audit/events?limit=1"); // waits until everything that was committed before is numbered
  const { issued, withoutEntries, entriesWithoutRow } = await balanceOf(place.dataFolder);
  const lost = received.filter(
    ({ id, pem }) =>
      issued.get(id) !== new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase(),
  );
  expect(
    lost.map(({ id }) => id),
    "received, but not in the table as it was received",
  ).toEqual([]);
  expect(withoutEntries, "issued without its entries").toEqual([]);
  expect(entriesWithoutRow, "an entry without its certificate").toEqual([]);
  await until(async () => (await balanceOf(place.dataFolder)).open.length === 0);
  await api.get("/audit/events?limit=1");
  expect(
    (await balanceOf(place.dataFolder)).withoutEntries,
    "signed again at start, without its entries",
  ).toEqual([]);
}

/** The last certificates that clients received are good over OCSP and have their entries in the audit view. */
async function lastAreGood({ received }: Harvest): Promise<void> {
  const root = await rootPem();
  for (const { id, pem, chainPem } of received.slice(-3)) {
    expect(await askOcsp(filesOf(pem, chainPem, root), chancery.httpUrl)).toBe("good");
    const { body } = await api.get<Page<Entry>>(
      `/audit/events?target=${id}&reads=exclude&order=asc`,
    );
    expect(body.items.map(({ action }) => action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
  }
}

describe("a running Chancery", () => {
  it("gives one key one owner when fifty requests for it by two identities arrive at once", async () => {
    const [first, second] = await Promise.all([
      makeIdentity(api, "first claimant"),
      makeIdentity(api, "second claimant"),
    ]);
    const { pem } = await makeRequest(["claimed.example.com"]);
    const { received, refused, lost } = await harvest(
      api,
      Array.from({ length: 50 }, (_, index) => requestFor(pem, index % 2 === 0 ? first : second)),
      50,
    );
    const owners = new Set(received.map(({ identity: owner }) => owner.id));
    expect(owners.size, "identities that got a certificate for the key").toBe(1);
    expect(received.length).toBe(25);
    expect(refused.map(({ code }) => code)).toEqual(Array<string>(25).fill("certificate.refused"));
    expect(lost).toBe(0);
    expect(new Set(received.map(({ serial }) => serial)).size, "serial numbers").toBe(
      received.length,
    );
  });

  it("refuses a second start on its data folder, in words, and goes on undisturbed", async () => {
    const second = await run(process.execPath, [join(findRepoRoot(), "scripts/start.mjs")], {
      env: {
        ...process.env,
        ...chancery.settings,
        CHANCERY_HTTP_PORT: "0",
        CHANCERY_HTTPS_PORT: "0",
        CHANCERY_MTLS_PORT: "0",
      },
    });
    expect(second.code).toBe(1);
    expect(second.all).toContain(`Another Chancery (process ${chancery.pid}) is running on`);
    expect((await fetch(`${chancery.httpUrl}/readyz`)).status).toBe(200);
  });

  it.each(["signer", "door", "console"])(
    "starts the %s again when it is killed, says so, and serves as before",
    async (name) => {
      const [victim] = treeOf(chancery.pid).filter(({ command }) =>
        command.includes(`dist/${name}.mjs`),
      );
      expect(victim, `a process of the ${name}`).toBeDefined();
      const already = saidBy(chancery).length;
      process.kill(victim?.pid ?? 0, "SIGKILL");
      await until(() =>
        /ended unexpectedly \(SIGKILL\); started again/.test(saidBy(chancery).slice(already)),
      );
      await until(() => /is ready again/.test(saidBy(chancery).slice(already)));
      const [next] = treeOf(chancery.pid).filter(({ command }) =>
        command.includes(`dist/${name}.mjs`),
      );
      expect(next?.pid).not.toBe(victim?.pid);
      await until(() =>
        fetch(`${chancery.httpUrl}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      const [issued, page] = await Promise.all([
        api.post<Certificate>("/certificates", requestFor(csrs[0] ?? "")),
        fetch(`${chancery.httpUrl}/sign-in`),
      ]);
      expect(issued.status, JSON.stringify(issued.body)).toBe(201);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain("E-mail address");
    },
  );

  it("answers again after its PostgreSQL was killed, and keeps what it had issued", async () => {
    const before = await api.post<Certificate>("/certificates", requestFor(csrs[1] ?? ""));
    const server = treeOf(chancery.pid).find(({ command }) => /\/bin\/postgres /.test(command));
    process.kill(server?.pid ?? 0, "SIGKILL");
    const after = await until(async () => {
      const answer = await api
        .post<Certificate>("/certificates", requestFor(csrs[1] ?? ""))
        .catch(() => null);
      return answer?.status === 201 && answer;
    });
    expect(after.body.serial).not.toBe(before.body.serial);
    await nothingIsMissing({ received: [before.body, after.body], refused: [], lost: 0 });
  });

  it("has every certificate that a client received in table and log after kill -9 of everything in the midst of a hundred issuances, and no other", async () => {
    const killed: string[] = [];
    const got = await harvest(
      api,
      Array.from({ length: 100 }, (_, index) => requestFor(csrs[index % csrs.length] ?? "")),
      20,
      (count) => {
        if (count === 30) killed.push(...killTree(chancery.pid).map(({ command }) => command));
      },
    );
    await chancery.ended;
    expect(
      killed.filter((command) => /supervise|start\.mjs|signer|console|door|postgres/.test(command))
        .length,
      killed.join("\n"),
    ).toBeGreaterThanOrEqual(5);
    expect(got.received.length).toBeGreaterThanOrEqual(30);
    expect(got.lost, "requests that were cut off").toBeGreaterThan(0);
    await restart();
    await nothingIsMissing(got);
    await lastAreGood(got);
    expect(
      (await api.post("/certificates", requestFor(csrs[2] ?? ""))).status,
      "issuing after the restart",
    ).toBe(201);
  });

  it("ends in order on SIGTERM under load: what was answered is kept, and nothing is left half done", async () => {
    const stopping: Promise<number | null>[] = [];
    const got = await harvest(
      api,
      Array.from({ length: 100 }, (_, index) => requestFor(csrs[index % csrs.length] ?? "")),
      20,
      (count) => {
        if (count !== 30) return;
        process.kill(chancery.pid, "SIGTERM");
        stopping.push(chancery.ended);
      },
    );
    expect(await stopping[0], saidBy(chancery)).toBe(0);
    expect(saidBy(chancery)).toContain("stopped in order");
    expect(
      got.refused.filter(({ status }) => status !== 503),
      "answers other than a certificate or 503",
    ).toEqual([]);
    expect(treeOf(chancery.pid)).toEqual([]);
    await restart();
    expect(saidBy(chancery), "an orderly end leaves nothing to recover").not.toContain(
      "was not shut down",
    );
    await nothingIsMissing(got);
    await lastAreGood(got);
  });

  it("does not start over a data folder whose port is taken, and says which", async () => {
    const other = await makePlace();
    try {
      await expect(startChanceryAt({ ...other, ports: place.ports })).rejects.toThrow(
        new RegExp(String(place.ports[0])),
      );
    } finally {
      rmSync(other.dataFolder, { recursive: true, force: true });
    }
  });
});
