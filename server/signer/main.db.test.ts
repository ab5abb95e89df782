import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { connectSigner } from "@/lib/signers/client";
import { makeTestHouse, makeTestIdentity, testActor } from "./testing/make-test-house";
import type { TestHouse } from "./testing/make-test-house";
import { makeCsr, manyCsrs, refusalOf } from "./testing/requests";

const kek = randomBytes(32),
  runDir = mkdtempSync(join(tmpdir(), "chancery-signer-")),
  socket = join(runDir, "signer.sock");
let house: TestHouse, child: ChildProcess, client: ReturnType<typeof connectSigner>;

async function startProcess(): Promise<ChildProcess> {
  const started = spawn(process.execPath, ["--import", "tsx", "server/signer/main.ts"], {
    env: {
      ...process.env,
      DATABASE_URL: house.urls.appUrl,
      CHANCERY_RUN_DIR: runDir,
      CHANCERY_KEK: kek.toString("base64"),
      CHANCERY_PUBLIC_URL: house.deps.publicUrl,
      CHANCERY_WITNESS_DIR: house.witnessDir,
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
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
  house = await makeTestHouse({ kek });
  child = await startProcess();
  client = connectSigner(socket, { signCertificate: 60_000, ping: 60_000 });
}, 120_000);
afterAll(async () => {
  client.close();
  child.disconnect();
  await house.close();
  rmSync(runDir, { recursive: true, force: true });
});

it("signs over its private socket, many at once, and nobody else may open that socket", async () => {
  const deps = { ...house.deps, signer: client },
    identity = await makeTestIdentity(deps);
  const issued = await Promise.all(
    (await manyCsrs(20)).map((csr) =>
      issueCertificate(deps, testActor(), { profile: "tls-server", identity, csr }),
    ),
  );
  expect(new Set(issued.map((dto) => dto.fingerprintSha256)).size).toBe(20);
  expect((await publishCrl(deps, issued[0]?.authority.id ?? "")).entryCount).toBe(0);
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await client.ping();
});

it("passes its refusals on with their codes", async () => {
  expect(await refusalOf(client.signCertificate("crt_00000000000000000000000000"))).toMatchObject({
    code: "signer.no-plan",
    kind: "conflict",
  });
});

it.each([
  ["rubbish", "rubbish\n"],
  ["an unknown method", '{"id":1,"method":"exportKey"}\n'],
  ["a line without end", "x".repeat(100_000)],
  ["bytes to sign", '{"id":1,"method":"signCertificate","certificateId":{"tbs":"MAA="}}\n'],
])("hangs up on %s and goes on serving", async (_name, text) => {
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

it("dies, comes back, and a request that was under way is answered", async () => {
  const deps = { ...house.deps, signer: client },
    identity = await makeTestIdentity(deps),
    csr = await makeCsr();
  const gone = endOf(child);
  child.kill("SIGKILL");
  await gone;
  const issuing = issueCertificate(deps, testActor(), { profile: "tls-server", identity, csr });
  child = await startProcess();
  expect((await issuing).status).toBe("valid");
});

it("ends by itself when its supervisor is gone", async () => {
  const gone = endOf(child);
  child.disconnect();
  expect(await gone).toBe(0);
  child = await startProcess();
});
