import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunFile } from "@/lib/runtime/run-file";
import {
  checkBoundary,
  checkBrowser,
  checkDataFolder,
  checkNode,
  checkPorts,
} from "./machine-checks";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chancery-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const settings = (values: Record<string, string> = {}) => values as unknown as NodeJS.ProcessEnv;

const runFile = (over: Partial<RunFile> = {}): RunFile => ({
  pid: 1,
  runDir: "",
  databaseUrl: "",
  host: "127.0.0.1",
  httpPort: 1,
  httpsPort: 1,
  mtlsPort: 1,
  publicUrl: "",
  startedAt: "",
  processes: [],
  ...over,
});

test.each([
  ["v18.20.0", "fail"],
  ["v20.20.2", "fail"],
  ["v22.0.0", "fail"],
  ["v24.0.0", "ok"],
  ["v24.22.3", "ok"],
  ["v26.0.0", "fail"],
])("the command itself on Node.js %s is %s", (version, state) => {
  expect(checkNode(version, null)).toMatchObject([{ state }]);
});

test("each process of a running Chancery is listed with its Node.js version, and another major version fails", () => {
  const running = runFile({
    processes: [
      { name: "supervisor", pid: 1, node: "v24.22.3" },
      { name: "signer", pid: 2, node: "v20.20.2" },
    ],
  });
  expect(checkNode("v24.22.3", running)).toEqual([
    { state: "ok", check: "node", detail: "this command v24.22.3" },
    { state: "ok", check: "node", detail: "supervisor (process 1) v24.22.3" },
    {
      state: "fail",
      check: "node",
      detail: expect.stringContaining("signer (process 2) v20.20.2. Node.js 24 is required"),
    },
  ]);
});

test("doctor says what keeps the processes apart, and what to do where nothing does", () => {
  const users = { kind: "users", text: "a user for each process: signer 60901" };
  expect(checkBoundary(runFile({ boundary: users }))).toEqual({
    state: "ok",
    check: "processes",
    detail: users.text,
  });
  const none = { kind: "none", text: "none (an ordinary user)" };
  expect(checkBoundary(runFile({ boundary: none }))).toMatchObject({
    state: "info",
    detail: expect.stringMatching(/none \(an ordinary user\)\. Start Chancery as root/),
  });
  expect(checkBoundary(runFile())).toMatchObject({ state: "info" });
  expect(checkBoundary(null)).toMatchObject({ state: "info" });
});

test("without a running Chancery, a port in use fails and names the variable to set; a free port passes", async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const taken = String((server.address() as AddressInfo).port);
  const ports = {
    CHANCERY_HTTP_PORT: taken,
    CHANCERY_HTTPS_PORT: taken,
    CHANCERY_MTLS_PORT: taken,
  };
  expect((await checkPorts(null, settings(ports))).map(({ state }) => state)).toEqual([
    "fail",
    "fail",
    "fail",
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

test("with a running Chancery, a port that does not respond fails", async () => {
  expect((await checkPorts(runFile(), settings())).map(({ state }) => state)).toEqual([
    "fail",
    "fail",
    "fail",
  ]);
});

test("a missing data folder is not an error before the first start", () => {
  expect(checkDataFolder(join(folder, "none")).state).toBe("info");
  expect(checkDataFolder(folder).state).toBe("ok");
});

test("the browser that CHROMIUM names is used", () => {
  writeFileSync(join(folder, "browser"), "");
  expect(checkBrowser(settings({ CHROMIUM: join(folder, "browser") })).detail).toContain(
    join(folder, "browser"),
  );
});

test("a data folder that other users can look into is reported with the command that closes it", () => {
  chmodSync(folder, 0o755);
  expect(checkDataFolder(folder)).toMatchObject({
    state: "fail",
    detail: expect.stringContaining(`chmod 700 ${folder}`) as unknown,
  });
  chmodSync(folder, 0o700);
  expect(checkDataFolder(folder).state).toBe("ok");
});
