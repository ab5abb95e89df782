import { withParts } from "@/testing/recorder";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { listCustody } from "@/lib/custody/list-timeline";
import { getEntry } from "./get-entry";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryPage, EntryQuery, EntrySummary } from "@/lib/log/schema";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { searchEntries } from "./search-entries";
import { type Running, startSequencer } from "@/lib/log/sequence/sequencer";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, makeId, readEntry } from "@/testing/log/entries";
import type { NewEntry } from "@/lib/log/types";

let log: Harness;
let sequencer: Running;
const auditor = operatorActor({
  id: "usr_01auditor",
  label: "auditor@example.com",
  role: "auditor",
  requestId: "req_audit",
});
const pay = { kind: "certificate", id: "crt_01pay", label: "pay.example.com" };
const mail = { kind: "certificate", id: "crt_01mail", label: "mail.example.com" };
const issued = (target: NewEntry["target"], serial: string): NewEntry => ({
  action: "certificate.issued",
  outcome: "success",
  target,
  details: { serial, fingerprintSha256: "ab".repeat(32), tbsSha256: "cd".repeat(32) },
});
const at = (iso: string) => withParts(log.deps, { clock: { now: () => new Date(iso) } });
const from = (ip: string) => ({ ip, port: 1, userAgent: "curl/8.1", via: ["https"] });

const search = (query: EntryQuery = {}): Promise<EntryPage> =>
  searchEntries(log.deps, auditor, query);
const found = async (query: EntryQuery): Promise<number[]> =>
  (await search({ order: "asc", ...query })).items.map(({ seq }) => seq);

/** Entries 0 to 6, each unlike the others in one way at least. */
beforeAll(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  sequencer = startSequencer(log.deps.db);
  const service = operatorActor({
    kind: "certificate",
    id: "crt_01pay",
    label: "payments",
    role: "service",
    address: from("2001:db8::7"),
    credential: {
      certificateId: "crt_01pay",
      serial: "0a1b2c3d",
      fingerprintSha256: "ef".repeat(32),
    },
  });
  await recordEntry(at("2026-01-01T10:00:00Z").recorder, operatorActor(), issued(pay, "0a1b2c3d"));
  await recordEntry(
    at("2026-01-02T10:00:00Z").recorder,
    operatorActor({
      id: "usr_01other",
      label: "other@example.com",
      address: from("198.51.100.20"),
    }),
    issued(mail, "77aa77aa"),
  );
  await recordEntry(at("2026-01-03T10:00:00Z").recorder, service, readEntry("/api/v1/status", pay));
  await recordEntry(at("2026-01-04T10:00:00Z").recorder, service, {
    action: "certificate.refused",
    outcome: "denied",
    reason: "the name is outside of the profile",
    target: null,
    details: {
      profile: "tls-server",
      identity: "payments",
      subject: "CN=Zürich 100%",
      findings: [],
    },
  });
  await recordEntry(
    at("2026-01-05T10:00:00Z").recorder,
    operatorActor({ address: from("10.1.2.3") }),
    {
      action: "certificate.revoked",
      outcome: "success",
      target: pay,
      details: {
        reason: "keyCompromise",
        comment: "laptop lost",
        invalidityDate: null,
        revokedAt: "2026-01-05T10:00:00Z",
        raised: false,
      },
    },
  );
  await recordEntry(
    at("2026-01-06T10:00:00Z").recorder,
    operatorActor({ address: from("10.200.0.1") }),
    {
      action: "session.refused",
      outcome: "failure",
      target: null,
      details: { email: "admin@example.com" },
    },
  );
  await recordEntry(
    at("2026-01-07T10:00:00Z").recorder,
    operatorActor({
      kind: "system",
      id: "crl",
      label: "crl",
      role: "system",
      address: { ip: null, port: null, userAgent: null, via: [] },
    }),
    readEntry("/", mail),
  );
  // The sequencer is just starting, and searches wait for a second only.
  await awaitIndexed(log.deps.db, 60_000);
});
afterAll(async () => {
  await sequencer.stop();
  await log.close();
});

describe("a search of the log", () => {
  test.each<[EntryQuery, number[]]>([
    [{}, [0, 1, 2, 3, 4, 5, 6]],
    [{ from: "2026-01-03" }, [2, 3, 4, 5, 6]],
    [{ from: "2026-01-03T10:00:00.001Z" }, [3, 4, 5, 6]],
    [{ from: "2026-05-01" }, []],
    [{ to: "2026-01-03" }, [0, 1, 2]],
    [{ to: "2026-01-03T10:00:00Z" }, [0, 1, 2]],
    [{ to: "2026-01-03T09:59:59Z" }, [0, 1]],
    [{ to: "2025-12-31" }, []],
    [{ from: "2026-01-02", to: "2026-01-03" }, [1, 2]],
    [{ actor: "usr_01other" }, [1]],
    [{ actor: "other@example.com" }, [1]],
    [{ actor: "crt_01pay" }, [2, 3]],
    [{ actor: "crl" }, [6]],
    [{ actor: "usr_01" }, []],
    [{ actor: "Other@example.com" }, []],
    [{ action: "certificate.issued" }, [0, 1]],
    [{ action: "certificate." }, [0, 1, 2, 3, 4, 6]],
    [{ action: "session." }, [5]],
    [{ action: "certificate.issue" }, []],
    [{ action: "cert." }, []],
    [{ outcome: "success" }, [0, 1, 2, 4, 6]],
    [{ outcome: "denied" }, [3]],
    [{ outcome: "failure" }, [5]],
    [{ target: "crt_01pay" }, [0, 2, 4]],
    [{ target: "pay.example.com" }, []],
    [{ certificate: "crt_01pay" }, [2, 3]],
    [{ certificate: "crt_01mail" }, []],
    [{ serial: "0A:1B:2C:3D" }, [0, 2, 3]],
    [{ serial: "0x0A1B2C3D" }, [0, 2, 3]],
    [{ serial: " a1b2c3d " }, [0, 2, 3]],
    [{ serial: "00:0a 1b-2c:3d" }, [0, 2, 3]],
    [{ serial: "169552957" }, [0, 2, 3]],
    [{ serial: "169552957 (0xa1b2c3d)" }, [0, 2, 3]],
    [{ serial: "0xa1b2c3e" }, []],
    [{ serial: "2007660458" }, [1]],
    [{ serial: "77aa77aa" }, [1]],
    [{ serial: "77aa77" }, []],
    [{ ip: "10.1.2.3" }, [4]],
    [{ ip: "10.0.0.0/8" }, [4, 5]],
    [{ ip: "10.1.2.99/24" }, [4]],
    [{ ip: "2001:db8::/32" }, [2, 3]],
    [{ ip: "::ffff:10.1.2.3" }, [4]],
    [{ ip: "10.0.0.0/16" }, []],
    [{ ip: "0.0.0.0/0" }, [0, 1, 4, 5]],
    [{ q: "lapt los" }, [4]],
    [{ q: "LAPTOP" }, [4]],
    [{ q: "pay.example" }, [0, 2, 4]],
    [{ q: "zürich" }, [3]],
    [{ q: "ZÜR" }, [3]],
    [{ q: "zu\u0308rich" }, [3]],
    [{ q: "ZU\u0308R" }, [3]],
    [{ q: "admin@example.com" }, [5]],
    [{ q: "keycompromise lost" }, [4]],
    [{ q: "0A:1B:2C:3D" }, [0, 2, 3]],
    [{ q: "aptop" }, []],
    [{ q: "laptop mail" }, []],
    [{ q: "100%" }, [1, 3]],
    [{ q: "10.1.2.3" }, [4]],
    [{ q: "comment" }, []],
    [{ q: "=0a1b2c3d" }, [0, 2, 3]],
    [{ reads: "exclude" }, [0, 1, 3, 4, 5]],
    [{ reads: "only" }, [2, 6]],
    [{ reads: "include" }, [0, 1, 2, 3, 4, 5, 6]],
    [{ target: "crt_01pay", reads: "exclude", outcome: "success", q: "pay" }, [0, 4]],
    [{ target: "crt_01pay", ip: "2001:db8::7", reads: "exclude" }, []],
  ])("%j finds exactly %j", async (query, expected) => {
    // What the tests below record is of later.
    expect(await found({ to: "2026-06-30", ...query })).toEqual(expected);
  });

  test("shows an entry whole: who, what, from where, and one sentence", async () => {
    const {
      items: [entry],
    } = await search({ action: "certificate.revoked" });
    expect(entry).toMatchObject({
      seq: 4,
      ts: "2026-01-05T10:00:00.000000Z",
      action: "certificate.revoked",
      outcome: "success",
      actor: { kind: "user", id: "usr_01test", label: "operator@example.com" },
      target: pay,
      credential: null,
      origin: from("10.1.2.3"),
      requestId: "req_01test",
      details: { comment: "laptop lost" },
      decision: null,
      sentence:
        "operator@example.com revoked certificate pay.example.com (key compromise): laptop lost.",
    } satisfies Partial<EntrySummary>);
  });

  test("counts what matches and the reads among it, shown or not, and says how complete it is", async () => {
    expect(await search({ to: "2026-06-30", reads: "exclude", limit: "2" })).toMatchObject({
      total: { count: 5, capped: false },
      reads: 2,
      indexedTo: 7,
      size: 7,
    });
    expect(await search({ q: "nothing-at-all" })).toMatchObject({
      items: [],
      nextCursor: null,
      total: { count: 0, capped: false },
      reads: 0,
    });
  });

  test.each([
    ["operator", "forbidden"],
    ["approver", "forbidden"],
    ["service", "forbidden"],
    [null, "unauthenticated"],
  ] as const)("is refused to %s", async (role, code) => {
    await expect(searchEntries(log.deps, operatorActor({ role }), {})).rejects.toMatchObject({
      code,
    });
    await expect(getEntry(log.deps, operatorActor({ role }), 0)).rejects.toMatchObject({ code });
  });
});

describe("one entry", () => {
  test("is found by its number and by its id, with the bytes that were hashed", async () => {
    const bySeq = await getEntry(log.deps, auditor, 4);
    const byId = await getEntry(log.deps, auditor, bySeq.id);
    expect(byId).toEqual(bySeq);
    expect(leafHashSync(Buffer.from(bySeq.bytesText ?? "")).toString("hex")).toBe(
      bySeq.leafHashHex,
    );
    expect(JSON.parse(bySeq.bytesText ?? "")).toEqual(bySeq.record);
  });

  test.each([["999999"], ["-1"], ["ent_nobody"], ["1 or 1=1"], [""], ["9".repeat(30)]])(
    "%j is not found",
    async (said) => {
      await expect(getEntry(log.deps, auditor, said)).rejects.toMatchObject({
        code: "entry.not-found",
        kind: "not-found",
      });
    },
  );
});

describe("the custody of a certificate", () => {
  test("holds what was done to it and with it, oldest first, and counts the reads", async () => {
    const { items, reads, capped } = await listCustody(log.deps, operatorActor(), "crt_01pay");
    expect(items.map(({ seq }) => seq)).toEqual([0, 3, 4]);
    expect({ reads, capped }).toEqual({ reads: 1, capped: false });
  });

  test.each([
    [{ role: "service", identityId: "idn_other" }, "certificate.not-found"],
    [{ role: "service", identityId: null }, "certificate.not-found"],
    [{ role: null }, "unauthenticated"],
  ] as const)("is refused to %j", async (over, code) => {
    await expect(listCustody(log.deps, operatorActor(over), "crt_01pay")).rejects.toMatchObject({
      code,
    });
  });
});

describe("paging", () => {
  const walk = async (order: "asc" | "desc", during: () => Promise<unknown>): Promise<number[]> => {
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: EntryPage = await search({ order, limit: 7, q: "paged", cursor });
      seen.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
      if (seen.length < 40) await during();
    }
    return seen;
  };
  const add = () =>
    Promise.all(
      Array.from({ length: 3 }, () =>
        auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
          const id = makeId("idn");
          await tx.identity.create({ data: identityRow(id) });
          return { result: null, entries: [identityCreated(id, "paged")] };
        }),
      ),
    );

  test.each(["asc", "desc"] as const)(
    "%s leaves no hole and repeats nothing while others write",
    async (order) => {
      for (let n = 0; n < 7; n++) await add();
      const before = (await search({ q: "paged", limit: 200, order })).items.map(({ seq }) => seq);
      const seen = await walk(order, add);
      expect(new Set(seen).size).toBe(seen.length);
      expect([...seen].sort((a, b) => (order === "asc" ? a - b : b - a))).toEqual(seen);
      expect(seen.filter((seq) => before.includes(seq))).toEqual(before);
      expect(seen.length > before.length).toBe(order === "asc");
    },
  );

  test("finds what was committed just before the search", async () => {
    for (let n = 0; n < 20; n++) {
      const { entryId } = await recordEntry(
        log.deps.recorder,
        operatorActor({ label: `fresh${n}@example.com` }),
        readEntry("/"),
      );
      expect((await search({ actor: `fresh${n}@example.com` })).items.map(({ id }) => id)).toEqual([
        entryId,
      ]);
    }
  });

  test("says how far the index is when it is behind, instead of pretending", async () => {
    await sequencer.stop();
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/late"));
    await log.as("app", "select tlog.sequence_batch(10)");
    const { indexedTo, size } = await search({ q: "late" });
    expect(size - indexedTo).toBe(1);
    sequencer = startSequencer(log.deps.db);
    await expect.poll(async () => (await search({ q: "late" })).items.length).toBe(1);
  });
});
