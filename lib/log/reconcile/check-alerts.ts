import { dayMs } from "@/lib/format/time-units";
import type { EntryRecord } from "@/lib/log/types";
import { networkOf } from "@/lib/net/network";
import type { Check } from "./check";
import type { Database } from "@/lib/runtime/deps";

/** An entry that an alert must cover, whatever was known before it. */
type Demand = Readonly<{
  seq: number;
  at: number;
  rule: string;
  /** Null: any subject of the rule. */
  subject: string | null;
  /** Of a certificate that may have been used in the minutes after its rotation. */
  unlessSuperseded: string | null;
}>;
export type AlertCheck = Readonly<{
  /** Adds an entry; `at`: when it was numbered, in milliseconds since 1970. */
  add: (seq: number, record: EntryRecord, at: number) => void;
  finish: () => Promise<void>;
}>;

/** Settings and exceptions change, so only the last day is compared. */
const comparedMs = dayMs;
/** A flood of strangers is counted in few entries; this only bounds memory. */
const maxDemands = 100_000;

/**
 * Compares the entries that the alert reader has passed with the alerts. The application's role
 * moves that reader's cursor, so whoever took over the gateway could have it skip entries. Only
 * rules that decide by the entry alone are evaluated again, of the last day before the newest
 * entry, and none whose settings or exceptions changed meanwhile.
 */
export function makeAlertCheck({ pool }: Pick<Database, "pool">, check: Check): AlertCheck {
  let demands: Demand[] = [];
  let newestAt = 0;
  let forgottenAt: number | null = null;
  // From the entries: the time in the table can be changed to excuse a rule.
  const changedAt = new Map<string, number>();
  return {
    add: (seq, record, at) => {
      newestAt = Math.max(newestAt, at);
      if (record.action === "rule.updated" && record.reason !== "no-change")
        changedAt.set(record.target?.id ?? "", at);
      const rule = ruleOf(record);
      if (rule === null) return;
      demands.push({ seq, at, ...rule });
      if (demands.length <= maxDemands) return;
      forgottenAt = demands.at(-maxDemands / 2 - 1)?.at ?? forgottenAt;
      demands = demands.slice(-maxDemands / 2);
    },
    finish: async () => {
      const since = newestAt - comparedMs;
      const recent = demands.filter(
        ({ at, rule }) => at >= since && (changedAt.get(rule) ?? -Infinity) < since,
      );
      if (recent.length === 0) return;
      check.count(recent.length);
      if (forgottenAt !== null && forgottenAt >= since)
        check.problem(
          `More than ${maxDemands} entries of the last day need an alert, so not all were compared.`,
        );
      for (const { seq, rule } of await findUncovered(pool, recent, new Date(since)))
        check.problem(
          `The alert rules have passed entry ${seq}, but no alert of the rule ${rule} covers it.`,
        );
    },
  };
}

type Demanded = Pick<Demand, "rule" | "subject" | "unlessSuperseded">;

const foreignCodes = new Set(["certificate.forged", "certificate.unknown-issuer"]);
/** As in the rule about the signer. */
const refusedInOutages = new Set(["signer.lifetime", "signer.name-not-held"]);

const demanded = (rule: string, subject: string | null): Demanded => ({
  rule,
  subject,
  unlessSuperseded: null,
});

/** What must be raised about an entry; null if that depends on more than the entry. */
function ruleOf(record: EntryRecord): Demanded | null {
  const { action, details } = record;
  if (action === "request.refused" || action === "request.denied") return ruleOfRefusal(record);
  if (action === "signer.refused")
    return refusedInOutages.has(String(details["code"]))
      ? null
      : demanded("signer-refused", "signer");
  const isFailure =
    action === "log.halted" ||
    (action === "verification.finished" &&
      Array.isArray(details["problems"]) &&
      details["problems"].length > 0);
  return isFailure ? demanded("verification-failed", "log") : null;
}

function ruleOfRefusal({ details, credential, origin }: EntryRecord): Demanded | null {
  const code = String(details["code"]);
  if (foreignCodes.has(code))
    return demanded("forged-certificate", networkOf(origin.ip) ?? "unknown");
  if (code === "certificate.not-issued") return demanded("forged-certificate", null);
  const id = credential?.certificateId ?? null;
  if (id === null) return null;
  if (code === "certificate.on-hold") return demanded("revoked-used", id);
  return code === "certificate.revoked"
    ? { rule: "revoked-used", subject: id, unlessSuperseded: id }
    : null;
}

/**
 * Those that the reader has passed and no alert covers: neither one of their subject nor the one
 * that collects the rest of an hour. One that a check opened before there was an entry has no first. In one statement, so that cursor and alerts are of one moment.
 */
async function findUncovered(
  pool: Database["pool"],
  demands: readonly Demand[],
  since: Date,
): Promise<readonly Readonly<{ seq: number; rule: string }>[]> {
  const { rows } = await pool.query<{ seq: string; rule: string }>(
    `select d.seq, d.rule from jsonb_to_recordset($1::jsonb) as d (seq bigint, rule text, subject text, "unlessSuperseded" text)
     where d.seq < (select upto from custody.cursor where name = 'alerts')
       and not exists (select from rule_setting s where s.id = d.rule and not s.enabled)
       and not exists (select from alert_exception x where x.rule = d.rule and x.expires_at >= $2 and (x.ended_at is null or x.ended_at >= $2))
       and not exists (select from tlog.skipped_entry k where k.reader = 'alerts' and k.seq = d.seq)
       and not exists (select from certificate c join identity i on i.id = c.identity_id
         where c.id = d."unlessSuperseded" and (c.revocation_reason = 'superseded' or i.kind = 'system'))
       and not exists (select from alert a join alert_figures f on f.alert_id = a.id
         where a.rule = d.rule and (d.subject is null or a.subject_id in (d.subject, 'many')) and coalesce(f.first_seq, 0) <= d.seq and f.last_seq >= d.seq)
     order by d.seq`,
    [JSON.stringify(demands), since],
  );
  return rows.map(({ seq, rule }) => ({ seq: Number(seq), rule }));
}
