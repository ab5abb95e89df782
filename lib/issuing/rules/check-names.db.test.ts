import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { shareNames } from "@/lib/names/share-names";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  heldBy,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";

let harness: Harness;
let deps: Deps;
let wide: string;
/** Allows names below n.e.example alone. */
let narrow: string;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  wide = await makeNamesProfile(deps);
  narrow = await makeNamesProfile(deps, { dnsPatterns: ["**.n.e.example"] });
});
afterAll(async () => {
  await harness.close();
});

const states = [
  "held",
  "shared",
  "held by another",
  "reserved for another",
  "free",
  "free, outside the profile",
  "held, outside the profile",
] as const;
type State = (typeof states)[number];

let made = 0;
/** An identity, a certificate of it, and a name in that state. */
async function makeCase(state: State) {
  const domain = `d${++made}`;
  const profile = state.endsWith("outside the profile") ? narrow : wide;
  const base = `DNS:base.${domain}.n.e.example`;
  const name = `DNS:x.${domain}.e.example`;
  const isHeld = state.startsWith("held") && state !== "held by another";
  const { id } = await makeHolder(deps, isHeld ? `${base} ${name}` : base);
  const other = await makeHolder(deps, /another|shared/.test(state) ? name : "");
  if (state === "shared") {
    const names = namesIn(name);
    await shareNames(deps, admin, id, { names, with: [other.id], comment: "both serve it" });
  }
  if (state === "reserved for another") {
    await issueNames(deps, admin, { profile, identity: other.id, names: name });
    await editNames(deps, admin, other.id, { release: name });
  }
  const { id: certificate } = await issueNames(deps, admin, { profile, identity: id, names: base });
  return { profile, name, id, certificate, other: other.id };
}

const outside = "certificate.name-outside-profile";
const NH = "name.not-held";
const HBA = "name.held-by-another";
const both = `${outside} ${NH}`;
const forItself = ["done", "done", NH, NH, NH, both, outside];
const staff = ["done", "done", HBA, HBA, "done", outside, outside];
const staffAddingNothing = ["done", "done", HBA, HBA, NH, both, outside];
const always = (code: string): readonly string[] => states.map(() => code);
const expected = {
  administrator: staff,
  operator: staff,
  certificate: forItself,
  token: forItself,
  asserted: always("certificate.asserted"),
  approver: always("forbidden"),
  auditor: always("forbidden"),
  stranger: always("unauthenticated"),
} as const satisfies Record<keyof typeof callers, readonly string[]>;
type Caller = keyof typeof expected;
const cells = (Object.keys(expected) as Caller[]).flatMap((caller) =>
  states.map((state, at) => [caller, state, expected[caller][at] ?? ""] as const),
);

/** The reasons that a preview gives, as `outcomeOf` gives those of issuing. */
async function previewOf(...request: Parameters<typeof previewCertificate>): Promise<string> {
  try {
    const { findings } = await previewCertificate(...request);
    const errors = findings.filter(({ severity }) => severity !== "warning");
    return [...new Set(errors.map(({ code }) => code))].join(" ") || "done";
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

describe("who gets a certificate with a name", () => {
  test.each(cells)("%s, name %s: %s, and preview agrees", async (caller, state, outcome) => {
    const { profile, name, id } = await makeCase(state);
    const actor = callers[caller](id);
    const before = await heldBy(deps, id);
    const request = { profile, identity: id, csr: await csrFor(name) };
    expect(await previewOf(deps, actor, request)).toBe(outcome);
    expect(await heldBy(deps, id)).toEqual(before);
    expect(await outcomeOf(issueCertificate(deps, actor, request))).toBe(outcome);
    const isAdded = state === "free" && outcome === "done";
    expect((await heldBy(deps, id)).length).toBe(before.length + (isAdded ? 1 : 0));
  });

  test.each(states.map((state, at) => [state, staffAddingNothing[at] ?? ""] as const))(
    "staff that add nothing, name %s: %s",
    async (state, outcome) => {
      const { profile, name, id } = await makeCase(state);
      const before = await heldBy(deps, id);
      for (const actor of [admin, operatorActor()])
        expect(
          await outcomeOf(
            issueNames(deps, actor, { profile, identity: id, names: name, addNames: false }),
          ),
        ).toBe(outcome);
      expect(await heldBy(deps, id)).toEqual(before);
    },
  );
});

describe("a rotation adds no name", () => {
  const rotating = (
    ["administrator", "operator", "certificate", "token", "asserted"] as const
  ).flatMap((caller) =>
    states.map((state, at) => {
      const isStaff = caller === "administrator" || caller === "operator";
      const outcomes = isStaff ? staffAddingNothing : expected[caller];
      return [caller, state, outcomes[at] ?? ""] as const;
    }),
  );
  test.each(rotating)("%s, another name that is %s: %s", async (caller, state, outcome) => {
    const { id, name, certificate } = await makeCase(state);
    const before = await heldBy(deps, id);
    const csr = await csrFor(name);
    const attempt = rotateCertificate(deps, callers[caller](id), certificate, { csr });
    expect(await outcomeOf(attempt)).toBe(outcome);
    expect(await heldBy(deps, id)).toEqual(before);
  });
});

describe("every name of a certificate is looked at", () => {
  const held = "DNS:own.d0.e.example";
  let id: string;
  beforeAll(async () => {
    ({ id } = await makeHolder(deps, `${held} URI:spiffe://e.example/d0/*`));
    await makeHolder(deps, "DNS:vault.d0.e.example");
  });
  test.each([
    ["in the CSR next to a held one", `${held} DNS:vault.d0.e.example`, {}, NH],
    ["in another case", `${held} DNS:VAULT.d0.E.example`, {}, NH],
    ["as the common name alone", "CN:vault.d0.e.example", {}, "certificate.common-name-not-bound"],
    [
      "as the common name next to a held one",
      `CN:vault.d0.e.example ${held}`,
      {},
      "certificate.common-name-not-bound",
    ],
    ["in place of the names of the CSR", held, { sans: namesIn("DNS:vault.d0.e.example") }, NH],
    [
      "as the subject in place of the CSR's",
      held,
      { subject: [{ type: "CN", value: "vault.d0.e.example" }] },
      "certificate.common-name-not-bound",
    ],
    [
      "in the CSR where held ones replace them",
      "DNS:vault.d0.e.example",
      { sans: namesIn(held) },
      "done",
    ],
    [
      "after another URI",
      "URI:spiffe://e.example/d0/a URI:https://e.example/d0",
      {},
      `certificate.spiffe-one-uri ${NH}`,
    ],
    ["as a wildcard around its own", "DNS:*.d0.e.example", {}, NH],
    ["as an address", `${held} IP:10.0.0.1`, {}, NH],
    ["as a mailbox", `${held} email:al@e.example`, {}, NH],
  ] as const)("a name that isn't held %s: %s", async (_title, names, over, outcome) => {
    const request = { profile: wide, identity: id, names, ...over } as never;
    expect(await outcomeOf(issueNames(deps, callers.certificate(id), request))).toBe(outcome);
  });

  test("the one name among fifty that isn't held refuses the certificate", async () => {
    const many = Array.from({ length: 49 }, (_none, n) => `DNS:h${n}.many.e.example`).join(" ");
    const holder = await makeHolder(deps, many);
    const request = { profile: wide, identity: holder.id };
    const own = callers.certificate(holder.id);
    const names = `${many} DNS:vault.many.e.example`;
    expect(await outcomeOf(issueNames(deps, own, { ...request, names }))).toBe(NH);
    expect(await outcomeOf(issueNames(deps, own, { ...request, names: many }))).toBe("done");
  });

  test("the entry of a refusal says who holds the name, also where the caller isn't told", async () => {
    const attempt = issueNames(deps, callers.certificate(id), {
      profile: wide,
      identity: id,
      names: "DNS:vault.d0.e.example",
    });
    await outcomeOf(attempt);
    const refused = (await harness.entriesOf(id)).at(-1);
    expect(refused).toMatchObject({
      action: "certificate.refused",
      details: { names: [{ name: "DNS:vault.d0.e.example", state: "not-held" }] },
    });
  });
});

test("the entry of the names that issuing adds is committed with the plan", async () => {
  const { name, id, profile } = await makeCase("free");
  const { id: certificate } = await issueNames(deps, operatorActor(), {
    profile,
    identity: id,
    names: name,
  });
  expect((await harness.entriesOf(id)).at(-1)).toMatchObject({
    action: "identity.names-added",
    details: { names: [name], origin: "issue" },
  });
  expect((await harness.entriesOf(certificate)).map(({ action }) => action)).toEqual([
    "certificate.planned",
    "certificate.issued",
  ]);
});
