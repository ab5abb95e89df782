import type { CertificateFacts, EntryFacts, IdentityFacts } from "@/lib/alerts/types";
import { cutText, cutTextOrNull } from "@/lib/format/cut-text";
import { ownService } from "@/lib/format/service-label";
import type { ReadableEntry } from "@/lib/log/read-entry";
import type { EntryRecord } from "@/lib/log/types";
import { networkOf } from "@/lib/net/network";

/**
 * What the database knows about a certificate that an entry names. Null for Chancery's own
 * certificates and for unknown ones; no rule evaluates either.
 */
export type FindCertificate = (
  certificateId: string,
) => Readonly<{ identity: IdentityFacts; certificate: CertificateFacts }> | null;

const notRequests = new Set<string>(["source.heartbeat", "source.gap"]);

const refusals = new Set<string>(["request.refused", "request.denied", "request.refused-many"]);

/** An entry about refusals that were counted stands for all of them. */
function timesOf({ action, details }: EntryRecord): number {
  const count = action === "request.refused-many" ? details["count"] : 1;
  return typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : 1;
}

/** Services and codes are parts of keys: what is longer than any of them must not break an index. */
const maxKeyChars = 200;
const maxCodeChars = 100;
const textOrNull = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? cutText(value, maxKeyChars) : null;

/** The code of the refusal. */
function codeOf({ action, outcome, reason, details }: EntryRecord): string | null {
  if (refusals.has(action)) return textOrNull(details["code"]) ?? reason;
  return outcome === "success" ? null : reason;
}

/** Only these two kinds of entries name a certificate that was not accepted. */
const isCertificateRefusal = (action: string, code: string | null): boolean =>
  (action === "request.refused" || action === "request.denied") &&
  code !== null &&
  (code.startsWith("certificate.") || code === "identity.suspended");

function serviceOf({ action, actor, details }: EntryRecord): string | null {
  if (actor.kind === "system" || notRequests.has(action)) return null;
  if (action === "request.authorized" || action === "request.denied")
    return textOrNull(details["service"]);
  if (action === "request.refused-many" && Array.isArray(details["services"]))
    return textOrNull(details["services"][0]);
  return action === "event.reported" ? textOrNull(details["name"]) : ownService;
}

/** The same few addresses come again and again, so their networks are cached. */
function makeNetworkCache(): (ip: string | null) => string | null {
  const cache = new Map<string, string | null>();
  const maxSize = 20_000;
  return (ip) => {
    if (ip === null) return null;
    const cached = cache.get(ip);
    if (cached !== undefined) return cached;
    const network = networkOf(ip);
    if (cache.size >= maxSize) cache.clear();
    cache.set(ip, network);
    return network;
  };
}
const networkAt = makeNetworkCache();

/** An entry as the rules see it. Never throws, whatever its details contain. */
export function factsOf(
  { seq, record }: ReadableEntry,
  findCertificate: FindCertificate,
): EntryFacts {
  const { action, outcome, reason, actor, target, credential, origin, details } = record;
  const certificateId = credential?.certificateId ?? null;
  const known = certificateId === null ? null : findCertificate(certificateId);
  const code = cutTextOrNull(codeOf(record), maxCodeChars);
  const at = Date.parse(record.ts);
  const status = details["status"];
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
    identity: known?.identity ?? null,
    certificate: known?.certificate ?? null,
    fingerprint: credential?.fingerprintSha256 ?? null,
    ip: origin.ip,
    network: networkAt(origin.ip),
    service: serviceOf(record),
    status: typeof status === "number" ? status : null,
    times: timesOf(record),
    isAuthenticated: known !== null && !isCertificateRefusal(action, code),
  };
}
