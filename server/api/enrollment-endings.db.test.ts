import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { issueInput } from "@/lib/certificates/request-schema";
import { authenticateSecret } from "@/lib/enrollment/authenticate-secret";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { issueBySecret } from "@/lib/enrollment/issue-by-secret";
import { enrollmentSecretInput } from "@/lib/enrollment/schema";
import { operatorActor, system } from "@/testing/actors";
import { basic, type EnrollmentFixture, openEnrollment, pemCsr } from "@/testing/api/enrollment";
import type { Answer } from "@/testing/api/client";
import { problemsOf } from "@/testing/log/problems-of";

let fixture: EnrollmentFixture;
beforeAll(async () => {
  fixture = await openEnrollment();
});
afterAll(() => fixture.harness.close());

const codeOf = (answer: Answer) => [answer.status, answer.body["code"]];

test("a spent secret is reported as spent when it has expired too, or comes from elsewhere: or its thief is never noticed", async () => {
  const secret = await fixture.create({ expiresInMinutes: 5, networks: ["192.0.2.0/24"] });
  expect((await fixture.use(secret)).status).toBe(201);
  expect(codeOf(await fixture.use(secret, { ip: "198.51.100.7" }))).toEqual([
    403,
    "enrollment.secret-spent",
  ]);
  fixture.harness.advance(6 * 60_000);
  expect(codeOf(await fixture.use(secret))).toEqual([403, "enrollment.secret-spent"]);
});

test("the maker is looked at when the certificate is planned, however long the request took", async () => {
  const input = {
    email: "slow@example.com",
    name: "Slow",
    role: "operator",
    password: "correct horse battery staple",
  };
  const { result: account } = await createAccount(fixture.harness.deps, system, input as never);
  const actor = operatorActor({ id: account.id, label: "slow@example.com" });
  const made = await createEnrollmentSecret(
    fixture.harness.deps,
    actor,
    fixture.ids["pay"] ?? "",
    enrollmentSecretInput.parse({ profile: "tls-server" }),
  );
  const basicText = basic(made.result.id, made.result.secret ?? "")["authorization"] ?? "";
  const { address, requestId, correlationId } = actor;
  const holder = await authenticateSecret(fixture.harness.deps, basicText, {
    address,
    requestId,
    correlationId,
  });
  await updateAccount(fixture.harness.deps, system, account.id, { status: "disabled" });
  const csr = await pemCsr(["pay.example.com"]);
  const wish = issueInput.parse({ profile: "tls-server", identity: fixture.ids["pay"], csr });
  await expect(issueBySecret(fixture.harness.deps, holder, wish, "est")).rejects.toMatchObject({
    code: "enrollment.secret-maker-ended",
  });
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
});
