import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
} from "@/server/signer/testing/make-test-house";
import type { TestHouse } from "@/server/signer/testing/make-test-house";
import { makeCsr, refusalOf } from "@/server/signer/testing/requests";
import { createAuthority } from "@/lib/authorities/create-authority";
import { getAuthority } from "@/lib/authorities/get-authority";
import type { Deps } from "@/lib/deps";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import { certifyOwnKey } from "./certify-own-key";
import { closeOrphans } from "./close-orphans";
import { getCertificate } from "./get-certificate";
import { issueCertificate } from "./issue-certificate";
import { rotateCertificate } from "./rotate-certificate";

// A crash is a signer that never answers: the plan is committed and nobody comes back for it.
let house: TestHouse,
  deps: Deps,
  crash: ((id: string) => void) | null = null;
const admin = testActor();

beforeAll(async () => {
  house = await makeTestHouse({
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
  ({ deps } = house);
});
afterAll(async () => {
  await house.close();
});
beforeEach(async () => {
  await close();
});

/** Begins an act whose process dies after the plan is committed; returns the id of the planned certificate. */
async function interrupt(act: () => Promise<unknown>): Promise<string> {
  const id = await new Promise<string>((resolve, reject) => {
    crash = resolve;
    act().catch(reject);
  });
  crash = null;
  house.advance(1000);
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
const close = () => closeOrphans(deps, new Date(deps.clock.now().getTime() + 1));
const actionsOf = async (id: string) => (await house.entriesOf(id)).map((entry) => entry.action);

it("signs what is on the record, so that table and log agree", async () => {
  const identity = await makeTestIdentity(deps),
    csr = await makeCsr();
  const id = await interrupt(() =>
    issueCertificate(deps, admin, { profile: "tls-server", identity, csr }),
  );
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "pending", pem: null });
  expect(await close()).toEqual({ closed: 1 });
  const dto = await getCertificate(deps, admin, id);
  expect(new X509Certificate(dto.pem ?? "").checkIssued(new X509Certificate(dto.chainPem))).toBe(
    true,
  );
  expect(await actionsOf(id)).toEqual(["certificate.planned", "certificate.issued"]);
  expect(await close()).toEqual({ closed: 0 });
});

it("fails what may not be issued any more, with its reason", async () => {
  const identity = await makeTestIdentity(deps),
    csr = await makeCsr();
  const id = await interrupt(() =>
    issueCertificate(deps, admin, { profile: "tls-server", identity, csr }),
  );
  await suspendIdentity(deps, admin, identity, { comment: "" });
  await close();
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "failed", pem: null });
  expect((await house.entriesOf(id)).at(-1)).toMatchObject({
    action: "certificate.failed",
    outcome: "failure",
    reason: "interrupted, and its identity is suspended",
  });
});

it("fails a certificate whose key died with its process", async () => {
  const { id: authorityId } = await getAuthority(deps, admin, "issuing"),
    { spkiDer } = makeTestKey("ecdsa-p256");
  const id = await interrupt(() =>
    certifyOwnKey(deps, { authorityId, spkiDer, purpose: "ocsp-responder" }),
  );
  await close();
  expect(await getCertificate(deps, admin, id)).toMatchObject({ status: "failed" });
});

it("finishes a rotation as it was recorded: linked, with the overlap that was asked for", async () => {
  const identity = await makeTestIdentity(deps),
    old = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    }),
    csr = await makeCsr();
  const id = await interrupt(() =>
    rotateCertificate(deps, admin, old.id, { csr, overlapSeconds: 7200 }),
  );
  const planned = (await getCertificate(deps, admin, id)).createdAt;
  await close();
  const predecessor = await getCertificate(deps, admin, old.id);
  expect(predecessor).toMatchObject({ status: "valid", successorId: id });
  expect(new Date(predecessor.supersedeAt ?? 0).getTime() - new Date(planned).getTime()).toBe(
    7_200_000,
  );
  expect(await actionsOf(old.id)).toEqual([
    "certificate.planned",
    "certificate.issued",
    "certificate.rotated",
  ]);
});

it("lets a predecessor be rotated again when its successor failed", async () => {
  const identity = await makeTestIdentity(deps),
    old = await issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr(),
    }),
    csr = await makeCsr();
  const failed = await interrupt(() =>
    rotateCertificate(deps, admin, old.id, { csr, overlapSeconds: 7200 }),
  );
  expect(
    (
      await refusalOf(rotateCertificate(deps, admin, old.id, { csr: await makeCsr() }))
    ).findings.map((finding) => finding.code),
  ).toEqual(["certificate.has-successor"]);
  await house.asSuper("alter table identity disable trigger all");
  await house.asSuper("update identity set status = 'suspended' where id = $1", [identity]);
  await close();
  await house.asSuper("update identity set status = 'active' where id = $1", [identity]);
  await house.asSuper("alter table identity enable trigger all");
  expect(await getCertificate(deps, admin, failed)).toMatchObject({
    status: "failed",
    predecessorId: null,
  });
  expect((await rotateCertificate(deps, admin, old.id, { csr })).predecessorId).toBe(old.id);
});

it("puts an authority to work that was begun", async () => {
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
  expect(await getAuthority(deps, admin, "second")).toMatchObject({
    status: "active",
    keyAlgorithm: "ecdsa-p384",
  });
});

it("meets a request that is still under way without harm: one certificate, the stored one", async () => {
  const identity = await makeTestIdentity(deps),
    csr = await makeCsr(),
    gate = makeGate<null>(),
    signed = makeGate<string>();
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
  house.advance(1000);
  await close();
  gate.resolve(null);
  expect((await answer).pem).toBe((await getCertificate(deps, admin, id)).pem);
  expect(await actionsOf(id)).toEqual(["certificate.planned", "certificate.issued"]);
});

it("leaves what is younger than a minute to its own process, but for the first call", async () => {
  await closeOrphans(deps);
  const identity = await makeTestIdentity(deps),
    csr = await makeCsr();
  const id = await interrupt(() =>
    issueCertificate(deps, admin, { profile: "tls-server", identity, csr }),
  );
  expect(await closeOrphans(deps)).toEqual({ closed: 0 });
  house.advance(61_000);
  expect(await closeOrphans(deps)).toEqual({ closed: 1 });
  expect((await getCertificate(deps, admin, id)).status).toBe("valid");
});
