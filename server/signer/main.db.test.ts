import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { connectSigner } from "@/lib/signers/client";
import { signerSocket } from "@/lib/runtime/socket-paths";
import { makeSecretPipes } from "@/server/supervise/secret-channel";
import { adminActor } from "@/testing/actors";
import { bundleScript } from "@/testing/bundle-script";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeCsr, manyCsrs, refusalOf } from "@/testing/ca/requests";
const runDir = mkdtempSync(join(tmpdir(), "chancery-signer-")),
  socket = signerSocket(runDir);
let harness: Harness, child: ChildProcess, client: ReturnType<typeof connectSigner>;

async function startProcess(): Promise<ChildProcess> {
  const pipes = makeSecretPipes(4, {
    settings: { DATABASE_SIGNER_URL: harness.urls.signerUrl },
    kek: harness.kek,
  });
  const started = spawn(process.execPath, [bundleScript("server/signer/main.ts")], {
    env: {
      ...process.env,
      ...pipes.environment,
      CHANCERY_RUN_DIR: runDir,
      CHANCERY_PUBLIC_URL: harness.deps.publicUrl,
      CHANCERY_WITNESS_DIR: harness.witnessDir,
    },
    stdio: ["ignore", "ignore", "inherit", "ipc", ...pipes.stdio],
  });
  pipes.send(started);
  await new Promise<void>((resolve, reject) => {
    started.once("message", () => {
      resolve();
    });
    started.once("exit", (code) => {
      reject(new Error(`the signer ended with ${code}`));
    });
  });
  return started;
}
const endOf = (process: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    process.once("exit", (code) => {
      resolve(code);
    });
  });

beforeAll(async () => {
  mkdirSync(dirname(socket), { mode: 0o700 });
  harness = await createTestCa();
  child = await startProcess();
  client = connectSigner(socket, { signCertificate: 60_000, ping: 60_000 });
}, 120_000);
afterAll(async () => {
  client.close();
  child.disconnect();
  await harness.close();
  rmSync(runDir, { recursive: true, force: true });
});

test("the signer signs concurrent requests over a private socket that only its owner can open", async () => {
  const deps = { ...harness.deps, signer: client },
    identity = await createTestIdentity(deps);
  const issued = await Promise.all(
    (await manyCsrs(20)).map((csr) =>
      issueCertificate(deps, adminActor(), { profile: "tls-server", identity, csr }),
    ),
  );
  expect(new Set(issued.map((dto) => dto.result.fingerprintSha256)).size).toBe(20);
  expect((await publishCrl(deps, issued[0]?.result.authority.id ?? "")).entryCount).toBe(0);
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await client.ping();
});

test("the signer process returns refusals with their codes", async () => {
  expect(await refusalOf(client.signCertificate("crt_00000000000000000000000000"))).toMatchObject({
    code: "signer.no-plan",
    kind: "conflict",
  });
});

test.each([
  ["rubbish", "rubbish\n"],
  ["an unknown method", '{"id":1,"method":"exportKey"}\n'],
  ["a line without end", "x".repeat(100_000)],
  ["bytes to sign", '{"id":1,"method":"signCertificate","certificateId":{"tbs":"MAA="}}\n'],
])("the signer process closes a connection with %s and continues serving", async (_name, text) => {
  const raw = connect(socket);
  const closed = new Promise<string>((resolve) => {
    let heard = "";
    raw.on("data", (chunk) => {
      heard += String(chunk);
    });
    raw.on("error", () => {
      /* "close" follows */
    });
    raw.on("close", () => {
      resolve(heard);
    });
  });
  raw.write(text);
  expect(await closed).toBe("");
  await client.ping();
});

test("an issuance requested while the signer process is down succeeds once it is back", async () => {
  const deps = { ...harness.deps, signer: client },
    identity = await createTestIdentity(deps),
    csr = await makeCsr();
  const gone = endOf(child);
  child.kill("SIGKILL");
  await gone;
  const issuing = issueCertificate(deps, adminActor(), { profile: "tls-server", identity, csr });
  child = await startProcess();
  expect((await issuing).result.status).toBe("valid");
});

test("the signer process exits when its supervisor is gone", async () => {
  const gone = endOf(child);
  child.disconnect();
  expect(await gone).toBe(0);
  child = await startProcess();
});
