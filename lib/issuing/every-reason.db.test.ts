import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  issueNames,
  makeHolder,
  makeNamesProfile,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { previewCertificate } from "./preview-certificate";

let harness: Harness, deps: Deps, profile: string;
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
  await makeHolder(deps, "DNS:taken.r.e.example URI:spiffe://e.example/taken");
});
afterAll(async () => {
  await harness.close();
});

const taken = "name.held-by-another";
const lifetime = "certificate.lifetime-beyond-profile";
const outside = "certificate.name-outside-profile";
const unbound = "certificate.common-name-not-bound";
const cases = [
  [
    "a name outside the profile",
    "DNS:out.example DNS:taken.r.e.example",
    {},
    `${outside} ${taken}`,
  ],
  [
    "a lifetime that is too long",
    "DNS:taken.r.e.example",
    { validitySeconds: 34_560_000 },
    `${lifetime} ${taken}`,
  ],
  [
    "a common name that is bound to nothing",
    "CN:nothing URI:spiffe://e.example/taken",
    {},
    `${unbound} ${taken}`,
  ],
  [
    "both",
    "CN:nothing DNS:out.example DNS:taken.r.e.example",
    { validitySeconds: 34_560_000 },
    `${lifetime} ${outside} ${unbound} ${taken}`,
  ],
] as const;

describe("a request is refused with every reason at once", () => {
  test.each(cases)("%s, and a name of another identity", async (_title, names, over, expected) => {
    const { id } = await makeHolder(deps);
    const request = { profile, identity: id, ...over };
    for (const actor of [operatorActor(), adminActor()]) {
      const preview = await previewCertificate(deps, actor, {
        ...request,
        csr: await csrFor(names),
      });
      expect([...new Set(preview.findings.map(({ code }) => code))].join(" ")).toBe(expected);
      expect(preview.names.map(({ state }) => state)).toContain("held-by-another");
      expect(preview.addNames).toEqual([]);
      expect(await outcomeOf(issueNames(deps, actor, { ...request, names }))).toBe(expected);
    }
    const own = await outcomeOf(issueNames(deps, callers.certificate(id), { ...request, names }));
    expect(own.split(" ")).toContain("name.not-held");
    expect(own).not.toContain(taken);
  });
});
