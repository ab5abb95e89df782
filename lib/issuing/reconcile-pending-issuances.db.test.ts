import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { getCertificate } from "@/lib/certificates/get-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, makeSuccessorCsr, refusalOf } from "@/testing/ca/requests";
import { type Harness, testHostCaller } from "@/testing/harness";
import { makeTestKey } from "@/testing/pki/authorities";
import { createAuthority } from "./create-authority";
import { issueCertificate } from "./issue-certificate";
import { issueInternalCertificate } from "./issue-internal-certificate";
import { reconcilePendingIssuances } from "./reconcile-pending-issuances";
import { rotateCertificate } from "./rotate-certificate";

// A crash is a signer that never answers: the plan is committed and no one completes it.
let harness: Harness;
let deps: Deps;
let crash: ((id: string) => void) | null = null;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCertificate: (id) => {
        if (!crash) return own.signCertificate(id);
        crash(id);
        return new Promise(() => {
          /* never */
        });
      },
    }),
  });
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});
beforeEach(async () => {
  await close();
});

/**
 * Begins an issuance whose process dies after the plan is committed; returns the id of the planned
 * certificate.
 */
async function interrupt(act: () => Promise<unknown>): Promise<string> {
  const id = await new Promise<string>((resolve, reject) => {
    crash = resolve;
    act().catch(reject);
  });
  crash = null;
  harness.advance(1000);
  return id;
}
function makeGate<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {
    /* set below */
  };
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return {
    promise,
    resolve: (value) => {
      resolve(value);
    },
  };
}
const close = () => reconcilePendingIssuances(deps, new Date(deps.clock.now().getTime() + 1));
const actionsOf = async (id: string) => (await harness.entriesOf(id)).map((entry) => entry.action);

test("a plan that was left unfinished is revoked and never signed, so that table and log agree", async () => {
  const identity = await createTestIdentity(deps);
  const csr = await makeCsr();
  const id = await interrupt(() =>
    issueCertificate(deps, admin, { profile: "tls-server", identity, csr }),
  );
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "pending", pem: null });
  expect(await close()).toEqual({ closed: 1 });
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "revoked", pem: null });
  expect(await actionsOf(id)).toEqual(["certificate.planned", "certificate.revoked"]);
  expect(await close()).toEqual({ closed: 0 });
  const again = await issueCertificate(deps, admin, { profile: "tls-server", identity, csr });
  expect(again.result.status).toBe("valid");
});

test("fails a certificate whose key died with its process", async () => {
  const { id: authorityId } = await getAuthority(deps, admin, "issuing");
  const { spkiDer } = makeTestKey("ecdsa-p256");
  const id = await interrupt(() =>
    issueInternalCertificate(deps, { authorityId, spkiDer, purpose: "ocsp-responder" }),
  );
  await close();
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "failed" });
});

test("lets a predecessor be rotated again when its successor was left unfinished", async () => {
  const identity = await createTestIdentity(deps);
  const old = await issueCertificate(deps, admin, {
    profile: "tls-server",
    identity,
    csr: await makeCsr(),
  });
  const csr = await makeSuccessorCsr(old.result);
  const unfinished = await interrupt(() =>
    rotateCertificate(deps, admin, old.result.id, { csr, overlapSeconds: 7200 }),
  );
  expect(
    (
      await refusalOf(
        rotateCertificate(deps, admin, old.result.id, { csr: await makeSuccessorCsr(old.result) }),
      )
    ).findings.map((finding) => finding.code),
  ).toEqual(["certificate.has-successor"]);
  await close();
  expect(await getCertificate(deps, admin, unfinished)).toMatchObject({
    status: "revoked",
    predecessorId: null,
  });
  expect((await rotateCertificate(deps, admin, old.result.id, { csr })).result.predecessorId).toBe(
    old.result.id,
  );
});

test("puts an authority to work that was begun, once the operator of the host has confirmed it", async () => {
  const { id: parentId } = await getAuthority(deps, admin, "root");
  await interrupt(() =>
    createAuthority(deps, admin, {
      name: "Second Issuing",
      slug: "second",
      parentId,
      keyAlgorithm: "ecdsa-p384",
      validityYears: 5,
    }),
  );
  expect(await getAuthority(deps, admin, "second")).toMatchObject({
    status: "pending",
    certificateId: null,
  });
  await close();
  expect((await getAuthority(deps, admin, "second")).status).toBe("pending");
  const [waiting] = await deps.signer.listWaiting(testHostCaller);
  await deps.signer.decide(testHostCaller, {
    certificateId: waiting?.certificateId ?? "",
    tbsSha256: waiting?.tbsSha256 ?? "",
    decision: "confirmed",
  });
  await close();
  expect(await getAuthority(deps, admin, "second")).toMatchObject({
    status: "active",
    keyAlgorithm: "ecdsa-p384",
  });
});

test("a request that is still under way when its plan is closed gets no certificate", async () => {
  const identity = await createTestIdentity(deps);
  const csr = await makeCsr();
  const gate = makeGate<null>();
  const signed = makeGate<string>();
  const slow: Deps = {
    ...deps,
    signer: {
      ...deps.signer,
      signCertificate: async (id) => {
        const der = await deps.signer.signCertificate(id);
        signed.resolve(id);
        await gate.promise;
        return der;
      },
    },
  };
  const answer = issueCertificate(slow, admin, { profile: "tls-server", identity, csr });
  const id = await signed.promise;
  harness.advance(1000);
  await close();
  gate.resolve(null);
  expect(await refusalOf(answer)).toMatchObject({ code: "certificate.revoked-unissued" });
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "revoked", pem: null });
  expect(await actionsOf(id)).toEqual(["certificate.planned", "certificate.revoked"]);
});

test("leaves what is younger than a minute to its own request, on whatever node that runs", async () => {
  const identity = await createTestIdentity(deps);
  const csr = await makeCsr();
  const id = await interrupt(() =>
    issueCertificate(deps, admin, { profile: "tls-server", identity, csr }),
  );
  expect(await reconcilePendingIssuances(deps)).toEqual({ closed: 0 });
  harness.advance(61_000);
  expect(await reconcilePendingIssuances(deps)).toEqual({ closed: 1 });
  expect((await getCertificate(deps, admin, id)).status).toBe("revoked");
});
