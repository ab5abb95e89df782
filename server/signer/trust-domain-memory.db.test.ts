import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueIntermediate } from "@/lib/ca-permissions/issue-intermediate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import type { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { forgeForNames, forgePlan } from "@/testing/ca/forge-plan";
import {
  callers,
  csrFor,
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
} from "@/testing/ca/names-fixture";
import { seizeNames } from "@/testing/ca/seize-names";
import {
  askPermission,
  createSpireIdentity,
  decidePermission,
} from "@/testing/gateway/spire-fixture";
import type { Harness } from "@/testing/harness";

// With the application's database role, someone rewrites who holds a trust domain that a valid CA of
// a client is for. The signer remembers whose that CA is.
let harness: Harness, deps: Deps, domains: number;
const admin = adminActor();

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  domains = 0;
});
afterAll(() => harness?.close());

/** `a` holds a trust domain, `b` nothing; certificates of the profile are for SPIFFE IDs in it. */
async function holders() {
  const trustDomain = `td-${++domains}.example.com`;
  const a = await createSpireIdentity(deps, trustDomain);
  const { id: b } = await makeHolder(deps);
  const profile = await makeNamesProfile(deps, { uriPrefixes: [`spiffe://${trustDomain}/`] });
  const names = `URI:spiffe://${trustDomain}`;
  return { trustDomain, a, b, profile, base: names, whole: `${names}/*`, web: `${names}/web` };
}
type Holders = Awaited<ReturnType<typeof holders>>;

async function permit(identity: string, { trustDomain }: Holders): Promise<void> {
  await decidePermission(deps, await askPermission(deps, identity, { trustDomain }));
}
async function mint(own: Holders): Promise<string> {
  await permit(own.a, own);
  const { result } = await issueIntermediate(deps, callers.token(own.a), {
    csr: await csrFor(own.base),
    authority: null,
    validitySeconds: undefined,
  });
  return result.id;
}
const sign = async (plan: Promise<string>): Promise<string> =>
  deps.signer.signCertificate(await plan).then(
    () => "signed",
    (error: unknown) => (error as AppError).code,
  );
const leafOf = (identity: string, { web, profile }: Holders): Promise<string> =>
  sign(forgeForNames(deps, identity, web, { profile }));
const caOf = (identity: string, { trustDomain }: Holders): Promise<string> =>
  sign(forgePlan(deps, { identity, trustDomain, profile: "intermediate-ca", issuer: "root" }));

describe("while a CA of its trust domain is valid, no other identity", () => {
  test("gets a certificate for a SPIFFE ID in it, however rows are rewritten", async () => {
    const own = await holders();
    await mint(own);
    await seizeNames(deps, own.a, own.b, own.whole);
    expect(await leafOf(own.b, own)).toBe("signer.name-of-another");
  });

  test("gets a CA of it, although a permission for that was confirmed", async () => {
    const own = await holders();
    await mint(own);
    await seizeNames(deps, own.a, own.b, own.whole);
    await permit(own.b, own);
    expect(await caOf(own.b, own)).toBe("signer.name-of-another");
  });

  test("gets anything in it after the signer has read its memory again", async () => {
    const own = await holders();
    await mint(own);
    await harness.asSuper("delete from signer.live_name");
    await harness.as("signer", "select signer.fill_live_names('-infinity', now())");
    await seizeNames(deps, own.a, own.b, own.whole);
    expect(await leafOf(own.b, own)).toBe("signer.name-of-another");
  });
});

test("no identity gets a CA of a trust domain in which another has a valid certificate", async () => {
  const own = await holders();
  await issueNames(deps, admin, { profile: own.profile, identity: own.a, names: own.web });
  await seizeNames(deps, own.a, own.b, own.whole);
  await permit(own.b, own);
  expect(await caOf(own.b, own)).toBe("signer.name-of-another");
});

describe("a trust domain goes to another identity", () => {
  test("after its CA was revoked", async () => {
    const own = await holders();
    await revokeCertificate(deps, admin, await mint(own), { reason: "superseded" });
    await editNames(deps, admin, own.a, { release: own.whole });
    await editNames(deps, admin, own.b, { add: own.whole });
    expect(await leafOf(own.b, own)).toBe("signed");
  });

  test("although its CA is valid, if an administrator freed it", async () => {
    const own = await holders();
    await mint(own);
    await editNames(deps, admin, own.a, { release: own.whole, onRelease: "free" });
    await editNames(deps, admin, own.b, { add: own.whole });
    await permit(own.b, own);
    expect(await leafOf(own.b, own)).toBe("signed");
    // A CA of it only after the first one was revoked.
    expect(await caOf(own.b, own)).toBe("signer.name-of-another");
  });
});

test("the identity itself gets certificates and further CAs in its trust domain", async () => {
  const own = await holders();
  await mint(own);
  expect(await leafOf(own.a, own)).toBe("signed");
  expect(await caOf(own.a, own)).toBe("signed");
});
