import type { Actor } from "@/lib/access/actor";
import { eventBatch } from "@/lib/events/schema";
import { parseInput } from "@/lib/http/invalid-input";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { operatorActor } from "@/testing/actors";
import type { Harness } from "@/testing/harness";
import { identityCreated, identityRow, makeId } from "@/testing/log/entries";
import { testSourceId } from "@/testing/recorder";

export async function createReportingIdentity(log: Harness): Promise<string> {
  const id = makeId("idn");
  await auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
    await tx.identity.create({ data: identityRow(id) });
    return { result: id, entries: [identityCreated(id)] };
  });
  return id;
}

/** The service that reports, by its certificate. */
export const makeService = (identityId: string, over: Partial<Actor> = {}): Actor =>
  operatorActor({
    kind: "certificate",
    id: "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
    label: "payments",
    role: "service",
    identityId,
    credential: {
      certificateId: "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
      serial: "0badc0de",
      fingerprintSha256: "ab".repeat(32),
    },
    ...over,
  });

export const event = (seq: number, over: object = {}) => ({
  seq,
  name: "payment.approved",
  occurredAt: "2026-11-23T02:38:07Z",
  ...over,
});
export const batchOf = (body: object) => parseInput(eventBatch, { boot: "run-1", ...body }, "body");
export const events = (...seqs: number[]) => ({ events: seqs.map((seq) => event(seq)) });

export type Stored = {
  id: string;
  action: string;
  src?: { id: string; boot: string; seq: number };
  [member: string]: unknown;
};

/** The entries of everything that was reported, in the log's order. */
export async function readReported(log: Harness): Promise<Stored[]> {
  await log.sequence();
  const { rows } = await log.deps.db.pool.query<{ entry: Buffer }>(
    "select entry from tlog.entry order by seq",
  );
  return rows
    .map(({ entry }) => JSON.parse(entry.toString("utf8")) as Stored)
    .filter(({ src }) => src !== undefined && src.id !== testSourceId);
}

/** The code of a refusal, or "stored". */
export const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => "stored",
    (error: { code?: string }) => error.code ?? "bug",
  );
