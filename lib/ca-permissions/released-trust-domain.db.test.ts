import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { getIdentity } from "@/lib/identities/read-identities";
import { findUnbound } from "@/lib/names/find-unbound";
import { previewRelease } from "@/lib/names/preview-release";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  makeHolder,
  makeNamesProfile,
  nameCodes,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import {
  askPermission,
  createSpireIdentity,
  decidePermission,
} from "@/testing/gateway/spire-fixture";
import type { Harness } from "@/testing/harness";
import { issueIntermediate } from "./issue-intermediate";

// An identity gives up the trust domain that its CA is for, and another one wants it.
let harness: Harness, deps: Deps;
const admin = adminActor();
const day = 86_400_000;

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(() => harness?.close());

let domains = 0;
/** `a` has a CA of the trust domain for a week; `b` has nothing. */
async function minted() {
  const trustDomain = `td-${++domains}.example.com`;
  const a = await createSpireIdentity(deps, trustDomain);
  await makeNamesProfile(deps, { uriPrefixes: [`spiffe://${trustDomain}`] });
  await decidePermission(deps, await askPermission(deps, a, { trustDomain }));
  const { result } = await issueIntermediate(deps, callers.token(a), {
    csr: await csrFor(`URI:spiffe://${trustDomain}`),
    authority: null,
    validitySeconds: undefined,
  });
  const { id: b } = await makeHolder(deps);
  const whole = `URI:spiffe://${trustDomain}/*`;
  return { trustDomain, a, b, ca: result.id, whole, base: `URI:spiffe://${trustDomain}` };
}
type OnRelease = "reserve" | "revoke" | "free";
const release = (id: string, names: string, onRelease: OnRelease = "reserve") =>
  outcomeOf(editNames(deps, admin, id, { release: names, onRelease }));
const add = (id: string, names: string) => outcomeOf(editNames(deps, admin, id, { add: names }));
const stateOf = async (id: string): Promise<unknown> =>
  (await harness.asSuper("select state from certificate where id = $1", [id]))[0]?.["state"];

test("a CA of a client is no problem for verification of the log, also after its trust domain was released", async () => {
  const { a, whole } = await minted();
  expect((await reconcile(deps)).problems).toEqual([]);
  await release(a, whole);
  expect((await reconcile(deps)).problems).toEqual([]);
});

test("a CA of a client is listed among those whose names aren't held only once its trust domain is given up", async () => {
  const { a, ca, whole } = await minted();
  const unbound = async () => (await findUnbound(deps)).items.filter(({ id }) => id === ca);
  expect(await unbound()).toEqual([]);
  await release(a, whole, "free");
  expect(await unbound()).toMatchObject([{ names: [whole] }]);
});

describe("a trust domain that its identity releases", () => {
  test("stays reserved as a whole while a CA of it is valid, and is free afterwards", async () => {
    const { a, b, whole } = await minted();
    expect(await release(a, whole)).toBe("done");
    for (const name of [whole, whole.replace("*", "web"), whole.replace("*", "team/*")])
      expect(await add(b, name), name).toBe(nameCodes.HBA);
    const { names } = await getIdentity(deps, admin, a);
    expect(names.filter(({ type }) => type === "uri")).toMatchObject([{ state: "reserved" }]);
    harness.advance(8 * day);
    expect(await add(b, whole)).toBe("done");
  });

  test("stays reserved although its identity keeps the SPIFFE ID of the trust domain itself", async () => {
    const { a, b, whole, base } = await minted();
    expect(await add(a, base)).toBe("done");
    expect(await release(a, whole)).toBe("done");
    expect(await add(b, whole)).toBe(nameCodes.HBA);
  });

  test("stays reserved while its CA is on hold, which is released only after it is held again", async () => {
    const { a, b, ca, whole } = await minted();
    await revokeCertificate(deps, admin, ca, { reason: "certificateHold" });
    await release(a, whole);
    expect(await add(b, whole)).toBe(nameCodes.HBA);
    expect(await outcomeOf(releaseCertificate(deps, admin, ca))).toBe(nameCodes.NH);
    expect(await add(a, whole)).toBe("done");
    expect(await outcomeOf(releaseCertificate(deps, admin, ca))).toBe("done");
  });

  test("is listed with its CAs before it is released", async () => {
    const { a, ca } = await minted();
    const { names } = await getIdentity(deps, admin, a);
    const nameIds = names.filter(({ type }) => type === "uri").map(({ id }) => id);
    const { certificates } = await previewRelease(deps, admin, { id: a, nameIds });
    expect(certificates.map(({ id }) => id)).toEqual([ca]);
  });

  test("takes its CAs with it if it is released with revocation, and is free at once", async () => {
    const { a, b, ca, whole } = await minted();
    expect(await release(a, whole, "revoke")).toBe("done");
    expect(await stateOf(ca)).toBe("revoked");
    expect(await add(b, whole)).toBe("done");
  });

  test("is free at once only if an administrator frees it", async () => {
    const { a, b, ca, whole } = await minted();
    expect(await release(a, whole, "free")).toBe("done");
    expect(await stateOf(ca)).toBe("issued");
    expect(await add(b, whole)).toBe("done");
  });

  test("with a name of another trust domain, that one is free", async () => {
    const { a, b } = await minted();
    const other = `URI:spiffe://other-${domains}.example.com/*`;
    await makeNamesProfile(deps, { uriPrefixes: [other.slice(4, -1)] });
    expect(await add(a, other)).toBe("done");
    expect(await release(a, other)).toBe("done");
    expect(await add(b, other)).toBe("done");
  });
});
