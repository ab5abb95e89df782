import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { issueFor, makeIdentity } from "@/testing/accounts/person";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { openAlert } from "@/testing/delivery/alert";
import type { Harness } from "@/testing/harness";
import { acknowledgeAlert, resolveAlert } from "./answer-alert";
import { createException, createExceptionForAlert } from "./manage-exceptions";
import { allRules } from "./rules/all-rules";
import type { RuleName } from "./schema";

let harness: Harness;
let service: string;
let serviceCertificate: string;
let edge: string;
let edgeCertificate: string;
const operator = operatorActor({ id: "usr_operator" });
const admin = adminActor({ id: "usr_admin", label: "admin@example.com" });
beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  const [plain, proxy] = [
    await makeIdentity(deps, admin, "service"),
    await makeIdentity(deps, admin, "service"),
  ];
  [service, edge] = [plain.id, proxy.id];
  serviceCertificate = (await issueFor(deps, operator, plain)).id;
  edgeCertificate = (await issueFor(deps, operator, proxy)).id;
  await trustProxy(deps, admin, {
    identity: edge,
    kind: "nginx",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
    accepted: await acceptedOf(deps, edge),
  });
});
afterAll(async () => {
  await harness.close();
});

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return error.code;
    },
  );
const except = (actor: Actor, rule: RuleName, subjectId: string, subjectKind = "identity") =>
  codeOf(
    createException(harness.deps, actor, {
      rule,
      subjectKind,
      subjectId,
      days: 365,
      comment: "known and expected",
    }),
  );
const watching = allRules.filter(({ watchesStaff }) => watchesStaff).map(({ name }) => name);

describe("operators make no exceptions from rules that watch them", () => {
  test("the rules that watch users and tokens are known", () => {
    expect(watching).toEqual(["issuing-spike", "off-hours", "sign-in-lockout", "names-overridden"]);
  });

  test.each(allRules.map(({ name }) => name))(
    "not for themselves, for another user or for an API token, from %s",
    async (rule) => {
      for (const subject of [operator.id ?? "", operator.label, "usr_other", "tok_other"])
        expect(await except(operator, rule, subject, "user"), subject).toBe("alert.own-exception");
    },
  );

  test.each(watching)(
    "not under another kind of subject, a network or a label, from %s",
    async (rule) => {
      for (const [subject, kind] of [
        ["usr_operator", "identity"],
        ["203.0.113.0/24", "network"],
        ["somebody@example.com", "account"],
        ["idn_none", "identity"],
      ] as const)
        expect(await except(operator, rule, subject, kind), subject).toBe("alert.own-exception");
    },
  );

  test.each(watching)("but for services without power, from %s", async (rule) => {
    expect(await except(operator, rule, service)).toBe("done");
    expect(await except(operator, rule, serviceCertificate, "certificate")).toBe("done");
  });

  test.each(allRules.map(({ name }) => name))(
    "not for an identity that confers power, nor for its certificates, from %s",
    async (rule) => {
      expect(await except(operator, rule, edge)).toBe("identity.confers-power");
      expect(await except(operator, rule, edgeCertificate, "certificate")).toBe(
        "identity.confers-power",
      );
    },
  );

  test("not together with a resolution either, and nothing of it is kept", async () => {
    const alert = await openAlert(harness.deps, {
      subject: { kind: "user", id: operator.id ?? "", label: operator.label },
    });
    const before = await harness.deps.db.prisma.alertException.count();
    const attempt = createExceptionForAlert(harness.deps, operator, {
      rule: "issuing-spike",
      subjectKind: "user",
      subjectId: operator.id ?? "",
      subjectLabel: operator.label,
      network: null,
      days: 365,
      comment: "that was me",
      alertId: alert,
      resolve: true,
    });
    expect(await codeOf(attempt)).toBe("alert.own-exception");
    expect(await harness.deps.db.prisma.alertException.count()).toBe(before);
    const row = await harness.deps.db.prisma.alert.findUnique({ where: { id: alert } });
    expect(row?.status).toBe("open");
  });
});

test("an administrator makes exceptions for others, and none for themselves", async () => {
  expect(await except(admin, "issuing-spike", operator.id ?? "", "user")).toBe("done");
  expect(await except(admin, "first-network", edge)).toBe("done");
  expect(await except(admin, "off-hours", admin.id ?? "", "user")).toBe("alert.own-exception");
});

test("an operator acknowledges an alert about themselves, but doesn't resolve it", async () => {
  const subject = { kind: "user", id: "usr_itself", label: operator.label };
  const self = operatorActor({ id: "usr_itself" });
  const alert = await openAlert(harness.deps, { subject });
  const resolution = { resolution: "expected", comment: "that was me" } as const;
  expect(await codeOf(acknowledgeAlert(harness.deps, self, alert))).toBe("done");
  expect(await codeOf(resolveAlert(harness.deps, self, alert, resolution))).toBe(
    "alert.own-resolution",
  );
  expect(await codeOf(resolveAlert(harness.deps, admin, alert, resolution))).toBe("done");
});

test("an operator doesn't resolve an alert about a trusted proxy", async () => {
  const alert = await openAlert(harness.deps, {
    subject: { kind: "identity", id: edge, label: "edge" },
  });
  const resolution = { resolution: "expected", comment: "a test" } as const;
  expect(await codeOf(resolveAlert(harness.deps, operator, alert, resolution))).toBe(
    "identity.confers-power",
  );
});
