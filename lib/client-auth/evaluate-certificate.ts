import type { Peer, ProxyReference } from "@/lib/access/peer";
import { inNetworks } from "@/lib/net/network";
import { certificateMessages, outsideScopeMessage } from "./certificate-messages";
import type { MissingScope } from "./proxy-use";
import type {
  CertificateClaims,
  CertificateCode,
  CertificateDecision,
  CertificateRefusal,
  StoredCertificate,
} from "./types";

/** Everything that the decision depends on. */
export type CertificateFacts = Readonly<{
  now: Date;
  ip: string | null;
  /** The proxy that passed it on; null if it was presented in the handshake. */
  assertedBy: ProxyReference | null;
  presented: Readonly<{
    fingerprintSha256: string;
    serial: string;
    claims: CertificateClaims;
    forClients: boolean;
  }> | null;
  certificate: StoredCertificate | null;
  /**
   * Used only when there is no stored certificate. "signed": a CA of this Chancery signed it;
   * "forged": it names such a CA, which did not sign it; "unknown": it names none.
   */
  issuerCheck: "signed" | "forged" | "unknown";
}>;

const codeOfIssuerCheck = {
  signed: "certificate.not-issued",
  forged: "certificate.forged",
  unknown: "certificate.unknown-issuer",
} as const satisfies Record<CertificateFacts["issuerCheck"], CertificateCode>;

/**
 * Decides whether a certificate authenticates its holder now, from this address. Pure. Revocation
 * and hold are reported before expiration, so that a revoked certificate is always reported as
 * revoked; identity and networks are checked last.
 */
export function evaluateCertificate(facts: CertificateFacts): CertificateDecision {
  const { presented, certificate } = facts;
  if (presented === null) return refuse("certificate.unreadable", facts);
  if (certificate === null) return refuse(codeOfIssuerCheck[facts.issuerCheck], facts);
  const code =
    stateCode(certificate) ??
    timeCode(certificate, facts.now) ??
    identityCode(certificate, presented.forClients, facts.ip) ??
    proxyCode(certificate, facts.assertedBy);
  if (code !== null) return refuse(code, facts);
  const { id, serial, notAfter, profile, identity } = certificate;
  return {
    accepted: true,
    peer: {
      certificateId: id,
      serial,
      fingerprintSha256: presented.fingerprintSha256,
      notAfter,
      profile,
      assertedBy: facts.assertedBy,
      identity: {
        id: identity.id,
        name: identity.name,
        kind: identity.kind as Peer["identity"]["kind"],
      },
    },
  };
}

function stateCode({ state }: StoredCertificate): CertificateCode | null {
  if (state === "issued") return null;
  if (state === "revoked") return "certificate.revoked";
  // A state that this version does not know never authenticates.
  return state === "held" ? "certificate.on-hold" : "certificate.not-issued";
}

/** Both bounds are inclusive and count in whole seconds (RFC 5280 §4.1.2.5). */
function timeCode({ notBefore, notAfter }: StoredCertificate, now: Date): CertificateCode | null {
  const second = Math.floor(now.getTime() / 1000);
  if (second < Math.floor(notBefore.getTime() / 1000)) return "certificate.not-yet-valid";
  return second > Math.floor(notAfter.getTime() / 1000) ? "certificate.expired" : null;
}

const clientKinds: readonly string[] = [
  "person",
  "service",
  "device",
] satisfies Peer["identity"]["kind"][];

function identityCode(
  { identity }: StoredCertificate,
  forClients: boolean,
  ip: string | null,
): CertificateCode | null {
  if (!clientKinds.includes(identity.kind)) return "certificate.internal";
  if (!forClients) return "certificate.usage";
  if (identity.status !== "active") return "identity.suspended";
  return identity.networks.length > 0 && !inNetworks(ip, identity.networks)
    ? "certificate.network"
    : null;
}

/**
 * A proxy's own certificate is accepted for the connection of a trusted proxy alone: neither on
 * another proxy's word, nor for itself once the proxy was removed.
 */
function proxyCode(
  { ofProxy }: StoredCertificate,
  assertedBy: ProxyReference | null,
): CertificateCode | null {
  const isRefused = ofProxy === "removed" || (ofProxy === "trusted" && assertedBy !== null);
  return isRefused ? "certificate.of-proxy" : null;
}

const withoutCertificate: CertificateFacts = {
  now: new Date(0),
  ip: null,
  assertedBy: null,
  presented: null,
  certificate: null,
  issuerCheck: "unknown",
};

/** The refusal of a request without a certificate where one is required. */
export const missingCertificate = (): CertificateRefusal =>
  refuse("certificate.missing", withoutCertificate);

/** The refusal of a request that a proxy passed on without the scope for it. */
export const outsideScope = (
  assertedBy: ProxyReference,
  presented: CertificateFacts["presented"],
  missing: MissingScope,
): CertificateRefusal => ({
  ...refuse("proxy.scope", { ...withoutCertificate, assertedBy, presented }),
  detail: outsideScopeMessage(assertedBy.label, missing),
  claims: null,
});

function refuse(
  code: CertificateCode,
  { presented, certificate, ip, assertedBy }: CertificateFacts,
): CertificateRefusal {
  const { title, detail } = certificateMessages[code];
  const { issuer, notBefore, notAfter } = presented?.claims ?? {
    issuer: "",
    notBefore: "",
    notAfter: "",
  };
  return {
    accepted: false,
    code,
    title,
    detail: detail({ issuer, notBefore, notAfter, ip }),
    credential: presented && {
      certificateId: certificate?.id ?? null,
      serial: certificate?.serial ?? presented.serial,
      fingerprintSha256: presented.fingerprintSha256,
    },
    certificate: certificate && {
      certificateId: certificate.id,
      identity: { id: certificate.identity.id, name: certificate.identity.name },
    },
    claims: certificate === null ? (presented?.claims ?? null) : null,
    assertedBy,
  };
}
