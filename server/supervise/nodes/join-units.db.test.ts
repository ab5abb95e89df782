import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { bundleScript } from "@/testing/bundle-script";
import { type Harness, openHarness } from "@/testing/harness";

// Gateways as service units start them: real processes, without a supervisor, with their secrets as
// credentials. There is no signer, which a gateway waits for after it was compared.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
let harness: Harness;
let place = "";
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
  place = mkdtempSync(join(tmpdir(), "chancery-units-"));
});
afterAll(async () => {
  await Promise.all(running.map((stop) => stop()));
  rmSync(place, { recursive: true, force: true });
  await harness.close();
});

const running: (() => Promise<unknown>)[] = [];
const countSessions = async (): Promise<number> => {
  const rows = await harness.asSuper(
    "select from pg_stat_activity where application_name like 'chancery-node-%' and datname = current_database()",
  );
  return rows.length;
};

const deliveryKey = Buffer.alloc(32, 1).toString("base64");

/** Starts the gateway of a machine; its exit code and what it says, once it ends. */
function startGateway(
  machine: string,
  settings: Readonly<Record<string, string>> = {},
  key = deliveryKey,
): Promise<Readonly<{ code: number | null; said: string }>> {
  const folder = join(place, machine);
  for (const name of ["run", "credentials", "data"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "credentials/DATABASE_URL"), harness.urls.appUrl);
  writeFileSync(join(folder, "credentials/CHANCERY_DELIVERY_KEY"), key);
  const child = spawn(process.execPath, [bundleScript("server/gateway/main.ts")], {
    cwd: findRepoRoot(),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      CREDENTIALS_DIRECTORY: join(folder, "credentials"),
      CHANCERY_RUN_DIR: join(folder, "run"),
      CHANCERY_DATA: join(folder, "data"),
      CHANCERY_PUBLIC_URL: "https://ca.example.com",
      CHANCERY_HTTP_PORT: "0",
      CHANCERY_HTTPS_PORT: "0",
      CHANCERY_MTLS_PORT: "0",
      ...settings,
    } as unknown as NodeJS.ProcessEnv,
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = new Promise<number | null>((done) => child.once("close", done));
  running.push(() => {
    child.kill("SIGKILL");
    return ended;
  });
  return ended.then(async (code) => ({ code, said: (await said).join("") }));
}

const patient = { timeout: 60_000 };

describe("a gateway that a unit starts while another runs", () => {
  beforeAll(async () => {
    void startGateway("a");
    await vi.waitUntil(async () => (await countSessions()) === 1, patient);
  });

  test.each([
    ["CHANCERY_PUBLIC_URL", { CHANCERY_PUBLIC_URL: "https://pki.example.com" }, deliveryKey],
    ["CHANCERY_HOST", { CHANCERY_HOST: "::1" }, deliveryKey],
    ["CHANCERY_DELIVERY_KEY", {}, Buffer.alloc(32, 2).toString("base64")],
  ] as const)(
    "with another %s ends with its name, and opens nothing",
    async (name, settings, key) => {
      const { code, said } = await startGateway("b", settings, key);
      expect(said).toContain(
        `${name} must be the same on all nodes of a database, and a running gateway has another value`,
      );
      expect(said).not.toMatch(/HTTP on|at \w+.*\.ts/);
      expect(code).toBe(1);
      await expect.poll(countSessions).toBe(1);
    },
  );

  test("with the same settings runs", async () => {
    void startGateway("b");
    await expect.poll(countSessions, patient).toBe(2);
  });
});
