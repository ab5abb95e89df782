import { expect, test } from "vitest";
import { entryActions } from "@/lib/log/describe-entry";
import type { EntryRecord } from "@/lib/log/types";
import { checkOcsf } from "@/testing/log/check-ocsf";
import { ocsfLine } from "./ocsf";

const actors = [
  { kind: "user", id: "usr_1", label: "ada@example.com" },
  { kind: "certificate", id: "crt_1", label: "pay" },
  { kind: "token", id: "tok_1", label: "ci" },
  { kind: "system", id: null, label: "chancery" },
  { kind: "anonymous", id: null, label: "" },
] as const;
const origins = [
  { ip: null, port: null, userAgent: null, via: [] },
  { ip: "192.0.2.1", port: 443, userAgent: "curl/8", via: ["https"] },
];
const details = [
  {},
  {
    method: "POST",
    path: "/api/v1/certificates",
    email: "ada@example.com",
    comment: "lost",
    count: 4,
    firstAt: "2026-11-29T00:00:00Z",
    lastAt: "2026-11-29T00:01:00Z",
  },
];
const targets = [null, { kind: "certificate", id: "crt_2", label: "CN=pay.example.com" }];

function recordOf(action: EntryRecord["action"], n: number): EntryRecord {
  const pick = <T>(list: readonly T[], by: number): T => list[by % list.length]!;
  return {
    v: 1,
    id: "ent_1",
    ts: "2026-11-29T00:00:00.000000Z",
    action,
    outcome: pick(["success", "denied", "failure"] as const, n),
    reason: n % 2 === 0 ? null : "certificate.expired",
    actor: pick(actors, n),
    credential:
      n % 3 === 0
        ? null
        : { certificateId: "crt_1", serial: "4f1a", fingerprintSha256: "ab".repeat(32) },
    target: pick(targets, n),
    origin: pick(origins, n >> 1),
    requestId: "req_1",
    correlationId: "req_1",
    decision: null,
    details: pick(details, n >> 2),
  } as unknown as EntryRecord;
}

test.each(entryActions)(
  "%s is an OCSF event that a strict reader of schema 1.3.0 accepts, with any actor and origin",
  (action) => {
    const problems = Array.from({ length: 30 }, (_, n) => {
      const line = ocsfLine({
        seq: 7,
        leafHash: "ab",
        log: n % 2 === 0 ? "log.example.com" : null,
        checkpoint: n,
        record: recordOf(action, n),
        text: "{}",
      });
      return checkOcsf(JSON.parse(line) as Record<string, unknown>);
    });
    expect([...new Set(problems.flat())]).toEqual([]);
  },
);

test("the check itself refuses what is in no enumeration, unknown, missing or of a profile that isn't named", () => {
  const line = ocsfLine({
    seq: 7,
    leafHash: "",
    log: "log.example.com",
    checkpoint: null,
    record: recordOf("certificate.issued", 1),
    text: "{}",
  });
  const event = JSON.parse(line) as {
    metadata: object;
    actor: { user: object };
    entity?: unknown;
  };
  expect(checkOcsf({ ...event, actor: { user: { ...event.actor.user, type_id: 4 } } })).toEqual([
    "entity_management.actor.user.type_id is 4, which the schema doesn't have",
  ]);
  const { entity: _left, ...withoutEntity } = event;
  expect(checkOcsf(withoutEntity)).toContain("entity_management.entity is missing");
  expect(checkOcsf({ ...event, color: "red" })).toContain(
    "entity_management.color isn't in the schema",
  );
  expect(checkOcsf({ ...event, metadata: { ...event.metadata, profiles: [] } })).toEqual([
    "entity_management.actor needs the profile host",
  ]);
});
