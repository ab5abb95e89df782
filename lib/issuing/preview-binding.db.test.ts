import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IssueInput } from "@/lib/certificates/request-schema";
import { readCertificate } from "@/lib/pki/certificate";
import { fromPem } from "@/lib/pki/pem";
import { digestPreview } from "@/lib/pki/preview-digest";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { updateProfile } from "@/lib/profiles/update-profile";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { csrFor, makeHolder, makeNamesProfile, outcomeOf } from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { issueCertificate } from "./issue-certificate";
import { previewCertificate } from "./preview-certificate";

let harness: Harness, deps: Deps, profile: string;
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const actor = operatorActor();
const day = 86_400;

async function requestFor(names: string, more: Partial<IssueInput> = {}): Promise<IssueInput> {
  const { id } = await makeHolder(deps, names.replace(/CN:\S+ /, ""));
  return { profile, identity: id, csr: await csrFor(names), ...more };
}

const namesUnder = (label: string): string =>
  `CN:a.${label}.e.example DNS:a.${label}.e.example DNS:b.${label}.e.example`;

async function previewOf(input: IssueInput) {
  const preview = await previewCertificate(deps, actor, input);
  if (preview.plan === null) throw new Error(JSON.stringify(preview.findings));
  return { ...preview, plan: preview.plan };
}

/** Another version of the profile, as an administrator saves it. */
async function changeProfile(change: Readonly<Record<string, unknown>>): Promise<void> {
  const { rules, ...rest } = await getProfile(deps, adminActor(), profile);
  const input = profileInput.parse({
    slug: rest.slug,
    name: rest.name,
    authority: "issuing",
    rules: { ...rules, ...change },
  });
  await updateProfile(deps, adminActor(), profile, { ...input, version: rest.version });
}

describe("a certificate is issued as it was previewed, byte for byte", () => {
  test.each([
    ["with the profile's own lifetime", "g", {}],
    ["with a lifetime in seconds", "h", { validitySeconds: 12 * day }],
    ["until a date", "i", { notAfter: "2026-12-24T23:59:59Z" }],
    [
      "with names instead of those of the CSR",
      "j",
      { sans: [{ type: "dns", value: "b.j.e.example" }] },
    ],
  ] as const)("%s", async (_title, label, more) => {
    const notAfter = new Date(deps.clock.now().getTime() + 20 * day * 1000).toISOString();
    const input = await requestFor(namesUnder(label), {
      ...(more as Partial<IssueInput>),
      ...("notAfter" in more ? { notAfter } : {}),
      ...("sans" in more ? { subject: [] } : {}),
    });
    const { plan, addNames, request } = await previewOf(input);
    const { result } = await issueCertificate(deps, actor, {
      ...input,
      addNames: [...addNames] as never,
      previewSha256: plan.sha256,
    });
    const { tbsDer } = readCertificate(fromPem(result.pem ?? "")[0]!);
    const { rules } = await getProfile(deps, actor, profile);
    const [begin, end] = [
      new Date(result.notBefore).getTime(),
      new Date(result.notAfter).getTime(),
    ];
    const signedAt = begin + rules.backdateSeconds * 1000;
    const shown = "notAfter" in more ? { at: end } : { afterMs: end - signedAt };
    expect(digestPreview(tbsDer, shown, rules.backdateSeconds)).toBe(plan.sha256);
    expect(result.sans).toEqual(plan.sans);
    expect(result.ignored).toEqual(request?.ignored);
  });
});

describe("is refused, and nothing is signed", () => {
  test.each([
    ["another lifetime", "k", { validitySeconds: 3 * day }],
    ["an end instead of a lifetime", "l", { notAfter: "" }],
    ["another name", "m", { sans: [{ type: "dns", value: "a.m.e.example" }] }],
    ["another key", "n", { csr: "" }],
  ] as const)("%s than was previewed", async (_title, label, more) => {
    const input = await requestFor(namesUnder(label), { validitySeconds: 2 * day });
    const { plan } = await previewOf(input);
    const csr = await csrFor(namesUnder(label));
    const notAfter = new Date(deps.clock.now().getTime() + 2 * day * 1000).toISOString();
    const changed = {
      ...input,
      ...(more as Partial<IssueInput>),
      ...("csr" in more ? { csr } : {}),
      ...("sans" in more ? { subject: [] } : {}),
      ...("notAfter" in more ? { notAfter, validitySeconds: undefined } : {}),
      previewSha256: plan.sha256,
    };
    expect(await outcomeOf(issueCertificate(deps, actor, changed))).toBe(
      "certificate.preview-changed",
    );
  });

  test("under a profile whose lifetime or usage was changed since, until it is previewed again", async () => {
    const before = await getProfile(deps, actor, profile);
    for (const [label, change] of [
      ["o", { validitySecondsDefault: before.rules.validitySecondsDefault - day }],
      ["p", { keyUsage: ["digitalSignature", "keyAgreement"] }],
      ["q", { backdateSeconds: before.rules.backdateSeconds + 60 }],
    ] as const) {
      const input = await requestFor(namesUnder(label));
      const { plan } = await previewOf(input);
      await changeProfile(change);
      const issue = (previewSha256: string) =>
        outcomeOf(issueCertificate(deps, actor, { ...input, addNames: false, previewSha256 }));
      expect(await issue(plan.sha256)).toContain("certificate.preview-changed");
      const { plan: again } = await previewOf(input);
      expect(
        await outcomeOf(issueCertificate(deps, actor, { ...input, previewSha256: again.sha256 })),
      ).toBe("done");
      await changeProfile({ ...before.rules });
    }
  });

  test.each([
    ["a lifetime and an end", { validitySeconds: day, notAfter: "2099-01-01T00:00:00Z" }],
    ["an end in the past", { notAfter: "2020-01-01T00:00:00Z" }],
  ])("%s", async (_title, more) => {
    const input = await requestFor("", { ...more, csr: await csrFor("DNS:f.e.example") });
    expect(await outcomeOf(issueCertificate(deps, actor, input))).toContain(
      "certificate.validity-invalid",
    );
  });
});
