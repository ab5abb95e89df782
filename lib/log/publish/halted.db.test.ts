import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { certifyOwnKey } from "@/lib/certificates/certify-own-key";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import { makeTestIdentity, testActor } from "@/server/signer/testing/make-test-house";
import { makeCsr, refusalOf } from "@/server/signer/testing/requests";
import { makePublishingCheck } from "./check-publishing";
import { goBackTo, openStand, until, type Stand } from "./testdata/stand";

// A whole authority whose database was restored from before: what an operator meets until it is mended.
let stand: Stand, identity: string, issued: string, authorityId: string;
const deps = () => stand.house.deps;

beforeAll(async () => {
  stand = await openStand({ setUp: true });
  identity = await makeTestIdentity(deps());
  const certificate = await issueCertificate(deps(), testActor(), {
    profile: "tls-server",
    identity,
    csr: await makeCsr(),
  });
  issued = certificate.id;
  authorityId = certificate.authority.id;
  stand.start();
  const kept = await stand.published();
  await stand.write(30);
  await stand.published();
  await stand.stopAll();
  await goBackTo(stand, kept);
  stand.start();
  await until(
    async () => (await stand.house.asSuper("select halted from tlog.head"))[0]?.["halted"],
  );
});
afterAll(async () => {
  await stand.close();
});

describe("while the log is halted", () => {
  test.each([
    [
      "a certificate is not issued",
      async () =>
        issueCertificate(deps(), testActor(), {
          profile: "tls-server",
          identity,
          csr: await makeCsr(),
        }),
    ],
    [
      "a certificate is not revoked",
      async () =>
        revokeCertificate(deps(), testActor(), issued, { reason: "keyCompromise", comment: "" }),
    ],
    ["an identity is not made", async () => makeTestIdentity(deps())],
  ])(
    "%s, and who asked hears that the log is halted and not to try again at once",
    async (_name, act) => {
      expect(await refusalOf(act())).toMatchObject({
        code: "log.halted",
        kind: "unavailable",
        retryAfterSeconds: 60,
      });
    },
  );

  test("nothing of what was refused is in the tables", async () => {
    expect(
      (await stand.house.asSuper("select state from certificate where id = $1", [issued]))[0],
    ).toEqual({ state: "issued" });
    expect(
      (
        await stand.house.asSuper(
          "select count(*)::int as n from certificate where identity_id = $1",
          [identity],
        )
      )[0],
    ).toEqual({ n: 1 });
  });

  test("CRLs go on, and so do the certificates of the responders that a restart makes anew", async () => {
    expect((await publishCrl(deps(), authorityId)).entryCount).toBe(0);
    const own = await certifyOwnKey(deps(), {
      authorityId,
      spkiDer: makeTestKey("ecdsa-p256").spkiDer,
      purpose: "ocsp-responder",
    });
    expect(own.der.length).toBeGreaterThan(0);
  });

  test("entries are taken, and nothing is numbered or published", async () => {
    const before = await stand.size();
    await stand.write(5);
    const look = async () =>
      Number((await stand.house.asSuper("select count(*) as n from tlog.inbox"))[0]?.["n"]);
    expect(await look()).toBeGreaterThanOrEqual(5);
    expect(await stand.size()).toBe(before);
  });

  test("readiness says so in words", async () => {
    expect(
      await makePublishingCheck(deps(), {
        trouble: () => null,
        elapsed: () => performance.now(),
      })(),
    ).toMatch(/^halted: The signer remembers .* are missing/);
  });
});

describe("readiness of publishing", () => {
  test("is late after ten seconds without a checkpoint, with the reason; not for what waited while nothing ran", async () => {
    const other = await openStand();
    let elapsed = 0;
    const ask = makePublishingCheck(other.house.deps, {
      trouble: () => "the signer does not answer",
      elapsed: () => elapsed,
    });
    await other.write(3);
    await other.house.asSuper("select tlog.sequence_batch(10)");
    other.house.advance(60_000);
    expect(await ask()).toBeNull();
    elapsed = 11_000;
    expect(await ask()).toBe(
      "late: the last published checkpoint covers 0 of 3 entries, the tree holds 0: the signer does not answer",
    );
    other.start();
    await other.published();
    expect(await ask()).toBeNull();
    await other.stopAll();
    await other.write(2);
    expect(await ask()).toBeNull();
    elapsed = 22_000;
    expect(await ask()).toMatch(/^\d+ entries wait to be numbered: the signer does not answer$/);
    await other.close();
  });
});
