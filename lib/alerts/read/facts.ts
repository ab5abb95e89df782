import type { CertificateFacts, Facts, Who } from "@/lib/alerts/types";
import { networkOf } from "@/lib/custody/networks";
import { ownService } from "@/lib/format/service-word";
import type { LogRow } from "@/lib/log/reader";
import type { EntryRecord } from "@/lib/log/types";

/** What the tables know of a certificate that an entry names. Null: it is Chancery's own, or unknown; neither is ever judged. */
export type LookUp = (
  certificateId: string,
) => Readonly<{ who: Who; certificate: CertificateFacts }> | null;

const notRequests = new Set<string>(["source.heartbeat", "source.gap"]);

const text = (said: unknown): string | null =>
  typeof said === "string" && said !== "" ? said : null;

/** Why a request was refused, by its code. */
function codeOf({ action, outcome, reason, details }: EntryRecord): string | null {
  if (action === "request.refused" || action === "request.denied")
    return text(details["code"]) ?? reason;
  return outcome === "success" ? null : reason;
}

/** Only these two kinds of entries name a certificate that did not count. */
const disproved = (action: string, code: string | null): boolean =>
  (action === "request.refused" || action === "request.denied") &&
  code !== null &&
  (code.startsWith("certificate.") || code === "identity.suspended");

function serviceOf({ action, actor, details }: EntryRecord): string | null {
  if (actor.kind === "system" || notRequests.has(action)) return null;
  if (action === "request.authorized" || action === "request.denied")
    return text(details["service"]);
  return action === "event.reported" ? text(details["name"]) : ownService;
}

/** An address is the same text again and again; what network it lies in is worked out once. */
function makeNetworks(): (ip: string | null) => string | null {
  const known = new Map<string, string | null>(),
    most = 20_000;
  return (ip) => {
    if (ip === null) return null;
    let found = known.get(ip);
    if (found === undefined) {
      if (known.size >= most) known.clear();
      known.set(ip, (found = networkOf(ip)));
    }
    return found;
  };
}
const networkAt = makeNetworks();

/** An entry as the rules read it. Never throws: a log holds what it holds. */
export function factsOf({ seq, record }: LogRow, lookUp: LookUp): Facts {
  const { action, outcome, reason, actor, target, credential, origin, details } = record;
  const named = credential?.certificateId ?? null,
    found = named === null ? null : lookUp(named),
    code = codeOf(record);
  const at = Date.parse(record.ts),
    status = details["status"];
  return {
    seq,
    at: Number.isNaN(at) ? 0 : at,
    action,
    outcome,
    reason,
    actor,
    target,
    details,
    code,
    who: found?.who ?? null,
    certificate: found?.certificate ?? null,
    fingerprint: credential?.fingerprintSha256 ?? null,
    ip: origin.ip,
    network: networkAt(origin.ip),
    service: serviceOf(record),
    status: typeof status === "number" ? status : null,
    proved: found !== null && !disproved(action, code),
  };
}
