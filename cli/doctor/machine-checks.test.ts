import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkBrowser, checkDataFolder, checkKek, checkNode, checkPorts } from "./machine-checks";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const settings = (values: Record<string, string> = {}) => values as unknown as NodeJS.ProcessEnv;

test.each([
  ["18.20.0", "bad"],
  ["20.18.9", "bad"],
  ["20.19.0", "ok"],
  ["22.0.0", "ok"],
])("node %s is %s", (version, state) => {
  expect(checkNode(version).state).toBe(state);
});

test("a sealing key that others can read is bad, with the command that mends it", () => {
  const path = join(folder, "kek");
  writeFileSync(path, "x");
  chmodSync(path, 0o640);
  expect(checkKek(folder, settings())).toMatchObject({
    state: "bad",
    detail: expect.stringContaining(`chmod 600 ${path}`),
  });
  chmodSync(path, 0o600);
  expect(checkKek(folder, settings())).toMatchObject({
    state: "ok",
    detail: expect.stringContaining("beside what it seals"),
  });
});

test("a sealing key file that is named but missing is bad; the default one may still be made", () => {
  expect(checkKek(folder, settings({ CHANCERY_KEK_FILE: join(folder, "none") })).state).toBe("bad");
  expect(checkKek(folder, settings()).state).toBe("note");
});

test("without a running Chancery a taken port is bad and names the variable; a free one is fine", async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const taken = String((server.address() as AddressInfo).port);
  const ports = {
    CHANCERY_HTTP_PORT: taken,
    CHANCERY_HTTPS_PORT: taken,
    CHANCERY_MTLS_PORT: taken,
  };
  expect((await checkPorts(null, settings(ports))).map(({ state }) => state)).toEqual([
    "bad",
    "bad",
    "bad",
  ]);
  expect((await checkPorts(null, settings(ports)))[2]?.detail).toContain("CHANCERY_MTLS_PORT");
  await new Promise((done) => server.close(done));
  expect(
    (
      await checkPorts(
        null,
        settings({ ...ports, CHANCERY_HTTPS_PORT: "0", CHANCERY_MTLS_PORT: "0" }),
      )
    ).map(({ state }) => state),
  ).toEqual(["ok", "ok", "ok"]);
});

test("with a running Chancery a port that does not answer is bad", async () => {
  const running = {
    pid: 1,
    runDir: "",
    databaseUrl: "",
    host: "127.0.0.1",
    httpPort: 1,
    httpsPort: 1,
    mtlsPort: 1,
    publicUrl: "",
    startedAt: "",
  };
  expect((await checkPorts(running, settings())).map(({ state }) => state)).toEqual([
    "bad",
    "bad",
    "bad",
  ]);
});

test("a missing data folder is no fault before the first start", () => {
  expect(checkDataFolder(join(folder, "none")).state).toBe("note");
  expect(checkDataFolder(folder).state).toBe("ok");
});

test("the browser that CHROMIUM names is used", () => {
  writeFileSync(join(folder, "browser"), "");
  expect(checkBrowser(settings({ CHROMIUM: join(folder, "browser") })).detail).toContain(
    join(folder, "browser"),
  );
});
