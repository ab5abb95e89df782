import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiAt, type Certificate, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { run } from "@/e2e/support/run";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import {
  type ChanceryPlace,
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { killTree, treeOf } from "@/testing/supervise/process-tree";
import { adminApi, harvest, saidBy, startReady, until } from "./harness";
import { expectLastGood, expectNothingMissing } from "./invariants";

// One Chancery on one data folder through all that can happen to its processes: each test goes on
// where the one before left it.
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

beforeAll(async () => {
  place = await makePlace();
  await start();
  api = await adminApi(chancery);
  identity = await createIdentity(api, "under load");
  csrs = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, index) => (await createCsr([`load-${index}.example.com`])).pem,
    ),
  );
}, 400_000);

afterAll(async () => {
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
});

describe("a running Chancery", () => {
  test("a key has one owner even if fifty requests for it by two identities arrive at once", async () => {
    const [first, second] = await Promise.all([
      createIdentity(api, "first claimant"),
      createIdentity(api, "second claimant"),
    ]);
    const { pem } = await createCsr(["claimed.example.com"]);
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

  test("a second start on the same data folder is refused with an explanation, and the first continues undisturbed", async () => {
    const second = await run(process.execPath, [join(findRepoRoot(), "tools/scripts/start.mjs")], {
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

  test.each(["signer", "gateway", "console"])(
    "the supervisor restarts the %s when it is killed, reports it, and Chancery serves as before",
    async (name) => {
      const [victim] = treeOf(chancery.pid).filter(({ command }) =>
        command.includes(`dist/${name}.mjs`),
      );
      expect(victim, `a process of the ${name}`).toBeDefined();
      const already = saidBy(chancery).length;
      process.kill(victim?.pid ?? 0, "SIGKILL");
      await until(() =>
        /exited unexpectedly \(SIGKILL\); restarting/.test(saidBy(chancery).slice(already)),
      );
      await until(() => /ready again/.test(saidBy(chancery).slice(already)));
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
      expect(await page.text()).toContain("Email");
    },
  );

  test("Chancery answers again after its PostgreSQL was killed, and keeps all issued certificates", async () => {
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
    await expectNothingMissing(api, place.dataFolder, {
      received: [before.body, after.body],
      refused: [],
      lost: 0,
    });
  });

  test("after kill -9 of all processes during a hundred issuances, table and log have every certificate that a client received, and no other", async () => {
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
      killed.filter((command) =>
        /supervise|start\.mjs|signer|console|gateway|postgres/.test(command),
      ).length,
      killed.join("\n"),
    ).toBeGreaterThanOrEqual(5);
    expect(got.received.length).toBeGreaterThanOrEqual(30);
    expect(got.lost, "requests that were cut off").toBeGreaterThan(0);
    await restart();
    await expectNothingMissing(api, place.dataFolder, got);
    await expectLastGood(api, chancery, got);
    expect(
      (await api.post("/certificates", requestFor(csrs[2] ?? ""))).status,
      "issuing after the restart",
    ).toBe(201);
  });

  test("SIGTERM under load ends Chancery in order: answered requests are kept, and none is half done", async () => {
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
    expect(saidBy(chancery)).toContain("stopped in");
    expect(
      got.refused.filter(({ status }) => status !== 503),
      "answers other than a certificate or 503",
    ).toEqual([]);
    expect(treeOf(chancery.pid)).toEqual([]);
    await restart();
    expect(saidBy(chancery), "an orderly end leaves nothing to recover").not.toContain(
      "was not shut down",
    );
    await expectNothingMissing(api, place.dataFolder, got);
    await expectLastGood(api, chancery, got);
  });

  test("a start whose port is taken fails and names the port", async () => {
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
