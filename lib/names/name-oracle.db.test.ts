import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { adminActor } from "@/testing/actors";
import { makeCall, type Call } from "@/testing/api/client";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
} from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { reconcile } from "@/lib/log/reconcile/reconcile";

// What an identity that asks for itself learns about names that aren't its own: that it doesn't hold
// them. The three names differ in one letter, which is masked.
let harness: Harness;
let profile: string;
let own: string;
let certificate: string;
let call: Call;
const admin = adminActor();
const names = {
  held: "DNS:h.o.e.example",
  reserved: "DNS:r.o.e.example",
  free: "DNS:f.o.e.example",
};
const all = Object.values(names);

beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  profile = await makeNamesProfile(deps);
  const other = await makeHolder(deps, `${names.held} ${names.reserved}`);
  await issueNames(deps, admin, { profile, identity: other.id, names: names.reserved });
  await editNames(deps, admin, other.id, { release: names.reserved });
  ({ id: own } = await makeHolder(deps, "DNS:own.o.e.example"));
  const request = { profile, identity: own, names: "DNS:own.o.e.example" };
  ({ id: certificate } = await issueNames(deps, admin, request));
  call = makeCall(deps);
});
afterAll(async () => {
  await harness.close();
});

/** Everything that the caller is answered, without the letter and what is random. */
const masked = (answer: unknown): string =>
  JSON.stringify(answer)
    .replaceAll(/[hrf]\.o\.e\.example/g, "N.o.e.example")
    .replaceAll(/[0-9a-f]{32,}/g, "HEX")
    .replaceAll(/\d{4}-\d\d-\d\dT[^"]*/g, "TIME")
    .replaceAll(/"(?:ent|req)_[^"]*"/g, "ID");
const answerOf = ({ code, message, findings, details }: AppError) =>
  masked({ code, message, findings, details });
const isSame = (answers: readonly string[]): boolean => new Set(answers).size === 1;

test.each(["certificate", "token"] as const)(
  "by its own %s, held, reserved and free names of others are refused in the same words",
  async (caller) => {
    const { deps } = harness;
    const actor = callers[caller](own);
    const issued: string[] = [];
    const previewed: string[] = [];
    const rotated: string[] = [];
    for (const name of all) {
      const csr = await csrFor(name);
      const request = { profile, identity: own, csr };
      issued.push(answerOf(await refusalOf(issueCertificate(deps, actor, request))));
      const {
        findings,
        names: listed,
        addNames,
        decision,
      } = await previewCertificate(deps, actor, request);
      previewed.push(masked({ findings, listed, addNames, decision }));
      rotated.push(answerOf(await refusalOf(rotateCertificate(deps, actor, certificate, { csr }))));
    }
    expect([issued, previewed, rotated].map(isSame)).toEqual([true, true, true]);
    expect(issued[0]).toContain("name.not-held");
    expect([issued, previewed, rotated].join(" ")).not.toMatch(
      /another|reserved|belongs|holder \d/,
    );
  },
);

test("the order of the reasons doesn't tell held, reserved and free names apart", async () => {
  const actor = callers.certificate(own);
  const orders = [all, all.toReversed(), [all[1], all[2], all[0]]].map((order) => order.join(" "));
  for (const order of orders) {
    const request = { profile, identity: own, csr: await csrFor(order) };
    const { findings } = await refusalOf(issueCertificate(harness.deps, actor, request));
    expect(findings.map(({ path }) => path)).toEqual(["sans.0", "sans.1", "sans.2"]);
  }
});

test("over the API, a token of the identity learns no more, whatever it tries", async () => {
  const token = await harness.tokenFor("service", own);
  const csrs = await Promise.all(all.map((name) => csrFor(name)));
  const requests: ((name: string, csr: string) => readonly [string, string, unknown])[] = [
    (_name, csr) => ["POST", "/certificates", { profile, identity: own, csr }],
    (_name, csr) => ["POST", "/certificates", { profile, identity: own, csr, addNames: true }],
    (_name, csr) => ["POST", "/certificates/preview", { profile, identity: own, csr }],
    (_name, csr) => ["POST", `/certificates/${certificate}/rotate`, { csr }],
    (name) => ["GET", `/identities?holds=${name.slice(4)}`, undefined],
    (name) => ["GET", `/identities?holds=dns:${name.slice(4)}`, undefined],
    (name) => [
      "POST",
      `/identities/${own}/names`,
      { add: [{ type: "dns", value: name.slice(4) }] },
    ],
    (name) => ["PATCH", `/identities/${own}`, { name: name.slice(4) }],
    (name) => ["POST", "/identities", { kind: "service", name: name.slice(4), owner: "me" }],
    () => ["GET", "/name-shares", undefined],
    () => ["GET", "/name-binding", undefined],
  ];
  for (const make of requests) {
    const answers: string[] = [];
    for (const [at, name] of all.entries()) {
      const [method, path, body] = make(name, csrs[at] ?? "");
      const options = body === undefined ? { token } : { token, body };
      const answer = await call(method, path, options);
      const { requestId: _id, instance: _path, ...rest } = answer.body;
      answers.push(masked({ status: answer.status, ...rest }));
    }
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
    expect(answers[0]).not.toMatch(/another|reserved|belongs/);
  }
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
