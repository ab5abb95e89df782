import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AlertReader, makeAlertReader } from "@/lib/alerts/alert-reader";
import { recordEntry } from "@/lib/log/record/record-entry";
import { type Call, makeCall, problemOf } from "@/testing/api/client";
import { anonymousActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness, call: Call, reader: AlertReader, alertId: string;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  for (const role of ["admin", "operator", "approver", "auditor"] as const)
    tokens[role] = await harness.tokenFor(role);
  const { body } = await api("POST", "/identities", {
    kind: "service",
    name: "worker",
    owner: "team@example.com",
  });
  tokens["service"] = await harness.tokenFor("service", String(body["id"]));
  reader = makeAlertReader(harness.deps, () => performance.now());
});
afterAll(() => harness.close());

/** A client presents a certificate that our key signed but that was never issued. */
const forge = (n: number) =>
  recordEntry(
    harness.deps.recorder,
    {
      ...anonymousActor("203.0.113.9"),
      credential: { certificateId: null, serial: `0${n}`, fingerprintSha256: `ab${n}` },
    },
    {
      action: "request.refused",
      outcome: "denied",
      reason: "certificate.not-issued",
      target: null,
      details: {
        method: "GET",
        path: "/api/v1/certificates",
        code: "certificate.not-issued",
        status: 401,
        presented: {
          subject: "CN=evil.example.com",
          issuer: "CN=Issuing",
          notBefore: "",
          notAfter: "",
        },
      },
    },
  );
async function watched(): Promise<void> {
  await harness.entries();
  for (let read = 1; read > 0;) ({ read } = await reader.readNext());
  // The entries of alerts that were opened are found once they are numbered and indexed.
  await harness.entries();
}
const api = (method: string, path: string, body?: unknown, role = "admin") =>
  call(method, path, { token: tokens[role] ?? "", ...(body === undefined ? {} : { body }) });

describe("alerts over the API", () => {
  test("alerts are listed and read with their entries, and each read is recorded in the audit log", async () => {
    await forge(1);
    await watched();
    const { body } = await api("GET", "/alerts?status=unresolved");
    expect(body).toMatchObject({
      counts: { open: 1, acknowledged: 0, resolved: 0 },
      nextCursor: null,
      items: [
        {
          rule: "forged-certificate",
          severity: "critical",
          subject: { kind: "fingerprint" },
          count: 1,
        },
      ],
    });
    alertId = (body["items"] as { id: string }[])[0]?.id ?? "";
    const { result, entries } = await harness.during(() => api("GET", `/alerts/${alertId}`));
    expect(result.body).toMatchObject({
      alert: { id: alertId },
      entries: { items: [{ action: "request.refused" }] },
      history: [{ action: "alert.opened" }],
    });
    expect(entries).toEqual([
      expect.objectContaining({
        action: "alert.read",
        target: expect.objectContaining({ id: alertId }) as unknown,
      }),
    ]);
  });

  test.each<[string, string, unknown, Record<string, unknown>]>([
    ["GET", "/alerts/alr_none", undefined, { status: 404, code: "alert.not-found" }],
    ["GET", "/alerts?status=closed", undefined, { status: 400 }],
    ["GET", "/alerts?colour=red", undefined, { status: 400 }],
    ["GET", "/alerts?cursor=nonsense", undefined, { status: 422, code: "alert.cursor" }],
    ["POST", "/alerts/ALERT/resolve", { resolution: "fine", comment: "because" }, { status: 400 }],
    ["POST", "/alerts/ALERT/resolve", { resolution: "fixed", comment: "" }, { status: 400 }],
    ["POST", "/alerts/ALERT/assign", { to: "usr_none" }, { status: 422, code: "alert.assignee" }],
    [
      "PATCH",
      "/alerts/rules/no-such-rule",
      { enabled: false },
      { status: 404, code: "rule.not-found" },
    ],
    [
      "PATCH",
      "/alerts/rules/refusal-burst",
      { values: { refusals: 1 } },
      { status: 422, code: "rule.value" },
    ],
    [
      "PATCH",
      "/alerts/rules/refusal-burst",
      { values: { colour: 3 } },
      { status: 422, code: "rule.value" },
    ],
    [
      "POST",
      "/alerts/exceptions",
      {
        rule: "revoked-used",
        subjectKind: "certificate",
        subjectId: "crt_1",
        days: 400,
        comment: "because",
      },
      { status: 400 },
    ],
    [
      "POST",
      "/alerts/exceptions",
      {
        rule: "revoked-used",
        subjectKind: "certificate",
        subjectId: "crt_1",
        days: 4,
        comment: "because",
        network: "10.0.0.0/99",
      },
      { status: 422 },
    ],
    ["POST", "/alerts/exceptions/exc_none/end", {}, { status: 404, code: "exception.not-found" }],
    ["GET", "/custody?hours=2", undefined, { status: 400 }],
    ["GET", "/custody/uses", undefined, { status: 422, code: "custody.query" }],
    [
      "GET",
      "/custody/uses?certificate=crt_1&identity=idn_1",
      undefined,
      { status: 422, code: "custody.query" },
    ],
  ])("%s %s with %j is refused with a reason", async (method, path, body, expected) => {
    expect(problemOf(await api(method, path.replace("ALERT", alertId), body))).toMatchObject(
      expected,
    );
  });

  test.each(["approver", "auditor"])(
    "a read-only role (%s) can't answer alerts, make exceptions or change rules",
    async (role) => {
      expect((await api("GET", "/alerts", undefined, role)).status).toBe(200);
      for (const [method, path, body] of [
        ["POST", `/alerts/${alertId}/acknowledge`, {}],
        ["POST", `/alerts/${alertId}/resolve`, { resolution: "fixed", comment: "because" }],
        ["PATCH", "/alerts/rules/off-hours", { enabled: false }],
      ] as const) {
        expect((await api(method, path, body, role)).status, path).toBe(403);
      }
    },
  );

  test("a service can't access alerts, and an operator handles alerts but not rules", async () => {
    for (const path of ["/alerts", `/alerts/${alertId}`, "/alerts/rules", "/custody"])
      expect((await api("GET", path, undefined, "service")).status, path).toBe(403);
    expect(
      (await api("POST", `/alerts/${alertId}/acknowledge`, undefined, "operator")).body,
    ).toMatchObject({ status: "acknowledged", entryId: expect.stringMatching(/^ent_/) as string });
    expect(
      (await api("PATCH", "/alerts/rules/off-hours", { enabled: false }, "operator")).status,
    ).toBe(403);
  });

  test("possible assignees are listed, by id and label only, to callers who may assign an alert; read-only roles and unlisted assignees are refused", async () => {
    for (const role of ["approver", "auditor", "service"])
      expect((await api("GET", "/alerts/assignees", undefined, role)).status, role).toBe(403);
    const made = await Promise.all(
      (["operator", "auditor"] as const).map(async (role) =>
        String(
          (
            await api("POST", "/users", {
              email: `${role}@example.com`,
              name: `A ${role}`,
              role,
            })
          ).body["id"],
        ),
      ),
    );
    const [operator = "", auditor = ""] = made;
    expect((await api("GET", "/alerts/assignees", undefined, "operator")).body).toEqual({
      items: [{ id: operator, label: "operator@example.com" }],
      nextCursor: null,
    });
    expect(
      problemOf(await api("POST", `/alerts/${alertId}/assign`, { to: auditor }, "operator")),
    ).toMatchObject({ status: 422, code: "alert.assignee-role" });
    expect(
      (await api("POST", `/alerts/${alertId}/assign`, { to: operator, from: null }, "operator"))
        .body,
    ).toMatchObject({ assignedTo: { id: operator, label: "operator@example.com" } });
    expect(
      problemOf(
        await api("POST", `/alerts/${alertId}/assign`, { to: null, from: auditor }, "operator"),
      ),
    ).toMatchObject({ status: 409, code: "alert.reassigned" });
    expect((await api("PATCH", `/users/${operator}`, { status: "disabled" })).status).toBe(200);
    expect((await api("GET", "/alerts/assignees")).body["items"]).toEqual([]);
    await api("POST", `/alerts/${alertId}/assign`, { to: null });
    expect(
      problemOf(await api("POST", `/alerts/${alertId}/assign`, { to: operator })),
    ).toMatchObject({
      status: 422,
      code: "alert.assignee-disabled",
    });
  });

  test("an alert's deliveries can be read by every role that reads alerts", async () => {
    for (const role of ["operator", "approver", "auditor"])
      expect(
        (await api("GET", `/alerts/${alertId}/deliveries`, undefined, role)).body,
        role,
      ).toEqual({ items: [], nextCursor: null, takers: 0 });
    expect((await api("GET", `/alerts/${alertId}/deliveries`, undefined, "service")).status).toBe(
      403,
    );
    expect(problemOf(await api("GET", "/alerts/alr_none/deliveries"))).toMatchObject({
      status: 404,
      code: "alert.not-found",
    });
    expect(problemOf(await api("GET", `/alerts/${alertId}/deliveries?limit=0`))).toMatchObject({
      status: 400,
    });
  });

  test("an acknowledged alert keeps counting; a resolved one can't be resolved again, and the next match opens a new one", async () => {
    await forge(1);
    await watched();
    expect((await api("GET", `/alerts/${alertId}`)).body).toMatchObject({
      alert: { status: "acknowledged", count: 2 },
    });
    expect(
      (
        await api("POST", `/alerts/${alertId}/resolve`, {
          resolution: "malicious",
          comment: "key replaced",
        })
      ).body,
    ).toMatchObject({ status: "resolved", resolved: { resolution: "malicious" } });
    expect(
      problemOf(
        await api("POST", `/alerts/${alertId}/resolve`, { resolution: "fixed", comment: "again" }),
      ),
    ).toMatchObject({ status: 409, code: "alert.resolved" });
    await forge(1);
    await watched();
    expect((await api("GET", "/alerts?rule=forged-certificate")).body).toMatchObject({
      counts: { open: 1, acknowledged: 0, resolved: 1 },
    });
    expect((await api("GET", "/alerts/rules")).body["items"]).toContainEqual(
      expect.objectContaining({
        name: "forged-certificate",
        alerts: { total: 2, expected: 0, malicious: 1 },
      }),
    );
  });

  test("a rule that is switched off raises nothing from the next entry on, and the change is recorded", async () => {
    const { result, entries } = await harness.during(() =>
      api("PATCH", "/alerts/rules/forged-certificate", {
        enabled: false,
        comment: "while we test",
      }),
    );
    expect(result.body).toMatchObject({ enabled: false });
    expect(entries).toEqual([
      expect.objectContaining({
        action: "rule.updated",
        details: expect.objectContaining({
          changes: { enabled: { from: "true", to: "false" } },
          comment: "while we test",
        }),
      }),
    ]);
    await forge(7);
    await watched();
    expect((await api("GET", "/alerts?q=evil")).body).toMatchObject({ items: [{}, {}] });
    await api("PATCH", "/alerts/rules/forged-certificate", { enabled: true, severity: "low" });
    await forge(8);
    await watched();
    expect((await api("GET", "/alerts?severity=low")).body).toMatchObject({
      items: [{ subject: { id: "ab8" } }],
    });
  });

  test("an exception suppresses alerts about its subject until it is ended", async () => {
    const made = await api("POST", "/alerts/exceptions", {
      rule: "forged-certificate",
      subjectKind: "fingerprint",
      subjectId: "ab9",
      days: 3,
      comment: "our own test",
      network: "203.0.113.7/24",
    });
    expect(made).toMatchObject({ status: 201, body: { network: "203.0.113.0/24", endedAt: null } });
    await forge(9);
    await watched();
    expect((await api("GET", "/alerts?subject=ab9")).body["items"]).toEqual([]);
    expect(
      (await api("POST", `/alerts/exceptions/${String(made.body["id"])}/end`, { comment: "done" }))
        .body["endedAt"],
    ).not.toBeNull();
    await forge(9);
    await watched();
    expect((await api("GET", "/alerts?subject=ab9")).body["items"]).toHaveLength(1);
    expect((await api("GET", "/alerts/exceptions")).body["items"]).toEqual([]);
    expect((await api("GET", "/alerts/exceptions?all=true")).body["items"]).toHaveLength(1);
  });

  test("certificate usage counts requests by outcome, and reports how far it has read", async () => {
    await watched();
    const { body } = await api("GET", "/custody?hours=1");
    expect(body).toMatchObject({
      hours: 1,
      stepHours: 1,
      from: expect.stringMatching(/T\d\d:00:00\.000Z$/) as string,
      uses: [],
      neverUsed: { count: 0 },
      refusals: expect.arrayContaining([
        expect.objectContaining({ code: "certificate.not-issued", service: "chancery" }),
      ]) as unknown,
    });
    expect((body["totals"] as { allowed: number }).allowed).toBeGreaterThan(5);
    const { body: state } = await api("GET", "/alerts/state");
    expect(Number(state["upto"])).toBeGreaterThan(10);
    expect(Number(state["size"])).toBeGreaterThanOrEqual(Number(state["upto"]));
  });
});
