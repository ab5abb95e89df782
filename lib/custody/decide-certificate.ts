import { certificateTexts } from "@/lib/custody/certificate-texts";
import { inNetworks } from "@/lib/custody/networks";
import type {
  CertificateCode,
  CertificateDecision,
  KnownCertificate,
  Peer,
  Presented,
} from "@/lib/custody/types";

/** Everything that the decision rests on. `signedBy` matters only where the certificate is not known. */
export type CertificateFacts = Readonly<{
  now: Date;
  ip: string | null;
  presented: Readonly<{
    fingerprintSha256: string;
    serial: string;
    said: Presented;
    forClients: boolean;
  }> | null;
  known: KnownCertificate | null;
  /** "ours": an authority of ours has signed it; "forged": it names one of ours that has not; "elsewhere": it names none of ours. */
  signedBy: "ours" | "forged" | "elsewhere";
}>;

const notIssued = {
  ours: "certificate.not-issued",
  forged: "certificate.forged",
  elsewhere: "certificate.unknown-issuer",
} as const satisfies Record<string, CertificateCode>;

/**
 * Whether a certificate counts now and from this address. Pure. What was decided about it (revoked, on hold) is told before what happened by
 * itself (expired), so that a revoked certificate stays one for ever; the identity and its networks come last.
 */
export function decideCertificate(facts: CertificateFacts): CertificateDecision {
  const { presented, known } = facts;
  if (presented === null) return refuse("certificate.unreadable", facts);
  if (known === null) return refuse(notIssued[facts.signedBy], facts);
  const code =
    stateCode(known) ??
    timeCode(known, facts.now) ??
    ownerCode(known, presented.forClients, facts.ip);
  if (code !== null) return refuse(code, facts);
  const { id, serial, notAfter, profile, identity } = known;
  return {
    accepted: true,
    peer: {
      certificateId: id,
      serial,
      fingerprintSha256: presented.fingerprintSha256,
      notAfter,
      profile,
      identity: {
        id: identity.id,
        name: identity.name,
        kind: identity.kind as Peer["identity"]["kind"],
      },
    },
  };
}

function stateCode({ state }: KnownCertificate): CertificateCode | null {
  if (state === "issued") return null;
  if (state === "revoked") return "certificate.revoked";
  // A state that this code does not know is as good as none.
  return state === "held" ? "certificate.on-hold" : "certificate.not-issued";
}

/** Both ends belong to the time of validity (RFC 5280 §4.1.2.5), which counts in whole seconds. */
function timeCode({ notBefore, notAfter }: KnownCertificate, now: Date): CertificateCode | null {
  const second = Math.floor(now.getTime() / 1000);
  if (second < Math.floor(notBefore.getTime() / 1000)) return "certificate.not-yet-valid";
  return second > Math.floor(notAfter.getTime() / 1000) ? "certificate.expired" : null;
}

const ownerKinds: readonly string[] = [
  "person",
  "service",
  "device",
] satisfies Peer["identity"]["kind"][];

function ownerCode(
  { identity }: KnownCertificate,
  forClients: boolean,
  ip: string | null,
): CertificateCode | null {
  if (!ownerKinds.includes(identity.kind)) return "certificate.internal";
  if (!forClients) return "certificate.usage";
  if (identity.status !== "active") return "identity.suspended";
  return identity.networks.length > 0 && !inNetworks(ip, identity.networks)
    ? "certificate.network"
    : null;
}

/** The refusal of a request that came without any certificate where one is needed. */
export const missingCertificate = (): Extract<CertificateDecision, { accepted: false }> =>
  refuse("certificate.missing", {
    now: new Date(0),
    ip: null,
    presented: null,
    known: null,
    signedBy: "elsewhere",
  });

function refuse(
  code: CertificateCode,
  { presented, known, ip }: CertificateFacts,
): Extract<CertificateDecision, { accepted: false }> {
  const { status, title, detail } = certificateTexts[code],
    said = presented?.said ?? { issuer: "", notBefore: "", notAfter: "" };
  return {
    accepted: false,
    code,
    status,
    title,
    detail: detail({ issuer: said.issuer, notBefore: said.notBefore, notAfter: said.notAfter, ip }),
    credential: presented && {
      certificateId: known?.id ?? null,
      serial: known?.serial ?? presented.serial,
      fingerprintSha256: presented.fingerprintSha256,
    },
    known: known && {
      certificateId: known.id,
      identity: { id: known.identity.id, name: known.identity.name },
    },
    presented: known === null ? (presented?.said ?? null) : null,
  };
}
