import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { createException, endException } from "@/lib/alerts/manage-exceptions";
import { openAlert } from "@/lib/alerts/open-alert";
import { exceptionInput } from "@/lib/alerts/schema";
import { createDestination } from "@/lib/delivery/create-destination";
import { removeDestination } from "@/lib/delivery/remove-destination";
import { destinationInput } from "@/lib/delivery/schema";
import { updateDestination } from "@/lib/delivery/update-destination";
import { createIdentity } from "@/lib/identities/create-identity";
import { updateIdentity } from "@/lib/identities/update-identity";
import { createPolicy } from "@/lib/policies/create-policy";
import { policyChange, policyInput } from "@/lib/policies/schema";
import { updatePolicy } from "@/lib/policies/update-policy";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { updateProxy } from "@/lib/proxies/update-proxy";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { reconcile } from "./reconcile";

let harness: Harness;
const admin = adminActor();
const ids: Record<string, string> = {};

async function openOne(subject: string): Promise<string> {
  const { deps } = harness;
  const now = deps.clock.now().getTime();
  const { result } = await auditedTransaction(deps.recorder, admin, async (tx) => {
    const entry = await openAlert(deps, tx, {
      rule: "revoked-used",
      severity: "critical",
      subject: { kind: "certificate", id: subject, label: subject },
      identityId: null,
      summary: "used",
      surprise: "once",
      baseline: "never",
      count: 1,
      firstSeq: 1,
      lastSeq: 1,
      firstAt: now,
      lastAt: now,
      seqs: [1],
    });
    return { result: entry.target?.id ?? "", entries: [entry] };
  });
  return result;
}

beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  const identity = (
    await createIdentity(deps, admin, {
      kind: "service",
      name: "edge",
      owner: "edge@example.com",
      note: "",
      networks: ["10.0.0.0/8"],
    })
  ).result.id;
  const person = (
    await createIdentity(deps, admin, {
      kind: "person",
      name: "auditor",
      owner: "audit@example.com",
      note: "",
    })
  ).result.id;
  ids["identity"] = identity;
  await updateIdentity(deps, admin, identity, { networks: ["10.1.0.0/16", "2001:db8::/32"] });
  ids["account"] = (
    await createAccount(deps, admin, {
      email: "auditor@example.com",
      name: "Auditor",
      role: "auditor",
    })
  ).result.id;
  await updateAccount(deps, admin, ids["account"], { identity: person });
  const policy = await createPolicy(
    deps,
    admin,
    policyInput.parse({
      service: "payments",
      name: "Payments",
      rules: [{ name: "all", effect: "allow" }],
    }),
  );
  ids["policy"] = policy.result.id;
  await updatePolicy(
    deps,
    admin,
    policy.result.id,
    policyChange.parse({
      name: "Payment service",
      rules: [{ name: "reads", effect: "allow", methods: ["GET"] }],
    }),
  );
  ids["proxy"] = (
    await trustProxy(deps, admin, {
      identity,
      kind: "nginx",
      hops: 1,
      scopes: ["forward-auth"],
      note: "",
    })
  ).result.id;
  await updateProxy(deps, admin, ids["proxy"], { hops: 2 });
  await removeProxy(deps, admin, ids["proxy"], { comment: "replaced" });
  await trustProxy(deps, admin, {
    identity,
    kind: "envoy",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
  });
  const exception = exceptionInput.parse({
    rule: "first-network",
    subjectKind: "identity",
    subjectId: identity,
    network: "10.2.0.0/16",
    days: 7,
    comment: "moves to another site",
  });
  ids["exception"] = (await createException(deps, admin, exception)).result.id;
  ids["ended"] = (
    await createException(deps, admin, { ...exception, rule: "dormant-revival" })
  ).result.id;
  await endException(deps, admin, ids["ended"], { comment: "over" });
  ids["open"] = await openOne("crt_open");
  const operator = (
    await createAccount(deps, admin, {
      email: "operator@example.com",
      name: "Operator",
      role: "operator",
    })
  ).result.id;
  await assignAlert(deps, admin, ids["open"], { to: operator });
  ids["unassigned"] = await openOne("crt_unassigned");
  for (const to of [operator, null]) await assignAlert(deps, admin, ids["unassigned"], { to });
  // As earlier versions recorded it: a name alone, which can't be compared.
  const old = await openOne("crt_old");
  await auditedTransaction(deps.recorder, admin, async (tx) => {
    await tx.alert.update({
      where: { id: old },
      data: { assignedTo: operator, changedAt: deps.clock.now() },
    });
    return {
      result: null,
      entries: [
        {
          action: "alert.assigned",
          outcome: "success",
          target: { kind: "alert", id: old, label: "old" },
          details: { from: null, to: "Operator" } as never,
        },
      ],
    };
  });
  ids["resolved"] = await openOne("crt_resolved");
  await acknowledgeAlert(deps, admin, ids["resolved"]);
  await resolveAlert(deps, admin, ids["resolved"], { resolution: "fixed", comment: "replaced" });
  const withKey = { ...deps, delivery: { key: new Uint8Array(32).fill(7), allow: [] } };
  const destination = (name: string) =>
    createDestination(
      withKey,
      admin,
      destinationInput.parse({
        name,
        config: { kind: "syslog", host: "192.0.2.1", port: 514, transport: "udp" },
      }),
    );
  ids["destination"] = (await destination("collector")).result.id;
  await updateDestination(withKey, admin, ids["destination"], {
    status: "paused",
    minSeverity: "high",
  });
  ids["gone"] = (await destination("old collector")).result.id;
  await removeDestination(deps, admin, ids["gone"], { comment: "" });
});
afterAll(async () => {
  await harness.close();
});

test("policies, proxies, alerts, exceptions, destinations and networks agree with the log, numbered or not", async () => {
  expect((await reconcile(harness.deps)).problems).toEqual([]);
  await harness.deps.db.pool.query("select tlog.sequence_batch(100000)");
  expect((await reconcile(harness.deps)).problems).toEqual([]);
});

test.each([
  [
    "a rule slipped into a policy",
    "policy",
    "policy",
    "rules = '[]'",
    /policy pol_\S+ \(payments\): its rules is/,
  ],
  [
    "a policy put back to an older version",
    "policy",
    "policy",
    "version = 1",
    /version is 1 in the table, but 2 according to the log/,
  ],
  [
    "a policy taken out of force",
    "policy",
    "policy",
    "status = 'retired'",
    /status is retired in the table, but active according to the log/,
  ],
  [
    "a proxy that is believed more hops",
    "proxy",
    "proxy",
    "hops = 5",
    /hops is 5 in the table, but 1 according to the log/,
  ],
  [
    "a proxy that speaks for another identity",
    "proxy",
    "proxy",
    "identity_id = (select id from identity where kind = 'system' limit 1)",
    /identity is idn_/,
  ],
  [
    "a proxy of another kind",
    "proxy",
    "proxy",
    "kind = 'nginx'",
    /kind is nginx in the table, but envoy according to the log/,
  ],
  [
    "networks opened for an identity",
    "identity",
    "identity",
    "networks = '{}'",
    /networks is +in the table, but 10\.1\.0\.0\/16, 2001:db8::\/32 according to the log/,
  ],
  [
    "certificates that sign in to a user's account",
    "account",
    "account",
    "identity_id = null",
    /identity is empty in the table, but idn_/,
  ],
  [
    "an alert made to look resolved",
    "alert",
    "open",
    "status = 'resolved'",
    /status is resolved in the table, but open according to the log/,
  ],
  [
    "an alert played down",
    "alert",
    "open",
    "severity = 'low'",
    /severity is low in the table, but critical according to the log/,
  ],
  [
    "an alert that another user got",
    "alert",
    "open",
    "assigned_to = 'usr_other'",
    /assignee is usr_other in the table, but usr_/,
  ],
  [
    "an alert that a user was given",
    "alert",
    "unassigned",
    "assigned_to = 'usr_other'",
    /assignee is usr_other in the table, but empty according to the log/,
  ],
  [
    "another end of an alert",
    "alert",
    "resolved",
    "resolution = 'expected'",
    /resolution is expected in the table, but fixed according to the log/,
  ],
  [
    "an exception that never ends",
    "alert_exception",
    "exception",
    "expires_at = expires_at + interval '10 years'",
    /expiration is \d{4}/,
  ],
  [
    "an exception for everywhere",
    "alert_exception",
    "exception",
    "network = null",
    /network is empty in the table/,
  ],
  [
    "an ended exception set to active again",
    "alert_exception",
    "ended",
    "ended_at = null",
    /state is active in the table, but ended according to the log/,
  ],
  [
    "a destination that gets fewer alerts",
    "destination",
    "destination",
    "min_severity = 'critical'",
    /minimum severity is critical in the table, but high according to the log/,
  ],
  [
    "a removed destination back in use",
    "destination",
    "gone",
    "status = 'active'",
    /status is active in the table, but removed according to the log/,
  ],
])("%s is named", async (_, table, who, set, words) => {
  await harness.asSuper(`create table if not exists kept_${table} as select * from ${table}`);
  const quietly = async (sql: string) => {
    for (const one of [
      `alter table ${table} disable trigger all`,
      sql,
      `alter table ${table} enable always trigger needs_entry`,
    ])
      await harness.asSuper(one);
  };
  const [column = ""] = set.split(" = ");
  await quietly(`update ${table} set ${set} where id = '${ids[who] ?? ""}'`);
  const { problems: found } = await reconcile(harness.deps);
  await quietly(
    `update ${table} r set ${column} = k.${column} from kept_${table} k where k.id = r.id`,
  );
  expect(found).toEqual([expect.stringMatching(words)]);
  expect((await reconcile(harness.deps)).problems).toEqual([]);
});
