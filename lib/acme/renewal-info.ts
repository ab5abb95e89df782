import { findIssuer } from "@/lib/authorities/find-issuer";
import { findCertificatesWithSerial, type Certificate } from "@/lib/certificates/get-certificate";
import { rotationRequestOf } from "@/lib/certificates/certificate-dto";
import { earlier } from "@/lib/certificates/request-rotation";
import { AppError } from "@/lib/errors/app-error";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";

type ReadDeps = Pick<Deps, "db" | "clock">;

/** A window in which a client chooses a moment at random to renew (RFC 9773 section 4.2). */
export type RenewalInfo = Readonly<{ start: Date; end: Date; retryAfterSeconds: number }>;

const base64url = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,32})$/;
const hourSeconds = 3600;

/** `AKI.serial` of RFC 9773 section 4.1, of a certificate and its issuer's key identifier. */
const certIdOf = (keyIdentifier: Uint8Array, serial: Uint8Array): string =>
  `${Buffer.from(keyIdentifier).toString("base64url")}.${serialOctets(serial).toString("base64url")}`;

/** The content octets of the serial number's INTEGER: a leading zero where the first bit is set. */
function serialOctets(serial: Uint8Array): Buffer {
  const plain = Buffer.from(serial);
  return (plain[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), plain]) : plain;
}

/**
 * The certificate that a CertID names, in its one spelling. Errors: `acme.malformed`,
 * `acme.not-found`.
 */
export async function findByCertId(deps: ReadDeps, certId: string): Promise<Certificate> {
  const [, , serialText = ""] = base64url.exec(certId) ?? [];
  if (serialText === "")
    throw new AppError("acme.malformed", "The certificate identifier is not AKI.serial.");
  const octets = Buffer.from(serialText, "base64url");
  const serial = octets[0] === 0 && octets.length > 1 ? octets.subarray(1) : octets;
  for (const row of await findCertificatesWithSerial(deps, new Uint8Array(serial))) {
    if (certIdOf(authorityKeyId(row.der ?? new Uint8Array()), row.serial) === certId) return row;
  }
  throw new AppError("acme.not-found", "Certificate not found.");
}

/** From the certificate's own bytes; a certificate of ours always has one. */
function authorityKeyId(der: Uint8Array): Uint8Array {
  const at = Buffer.from(der).indexOf(keyIdStart);
  return at < 0 ? new Uint8Array() : der.slice(at + keyIdStart.length, at + keyIdStart.length + 20);
}
/** AuthorityKeyIdentifier (2.5.29.35) with a keyIdentifier of 20 octets, as we write it. */
const keyIdStart = Buffer.from("0603551d23041830168014", "hex");

/**
 * When a certificate should be renewed: late in its life, over a stretch wide enough that a fleet
 * doesn't come at once; from now on if its rotation is requested; and at once if it is revoked,
 * replaced, or its issuer is not the one that its profile uses now.
 */
export async function getRenewalInfo(deps: ReadDeps, certId: string): Promise<RenewalInfo> {
  const row = await findByCertId(deps, certId);
  const now = deps.clock.now();
  const isDue = row.state !== "issued" || row.supersedeAt !== null;
  if (isDue) return windowAt(new Date(now.getTime() - 2 * hourSeconds * 1000), hourSeconds);
  const [profile, issuer] = await Promise.all([
    findProfile(deps, row.profileId),
    findIssuer(deps, row.issuerId),
  ]);
  const isRotated = profile?.authorityId !== row.issuerId || issuer?.status !== "active";
  return requestedWindow(windowWithoutRequest(row, isRotated, now), rotationRequestOf(row, now));
}

/** The usual window, or that of the planned rotation of the issuer if it comes first. */
function windowWithoutRequest(
  row: Readonly<{ notBefore: Date; notAfter: Date }>,
  isRotated: boolean,
  now: Date,
): RenewalInfo {
  const usual = usualWindow(row);
  if (!isRotated || usual.start <= now) return usual;
  // A planned rotation: over a tenth of the lifetime from now on, at most a day.
  const lifetime = (row.notAfter.getTime() - row.notBefore.getTime()) / 1000;
  return windowAt(now, Math.min(lifetime / 10, 24 * hourSeconds));
}

/**
 * The window of a certificate whose rotation is requested: from the request on until the date that it
 * names, and never later than without the request. It stays where it is, so clients that ask again
 * choose from the same window. Its end is after its start in the whole seconds that clients read.
 */
export function requestedWindow(
  base: RenewalInfo,
  request: Readonly<{ requestedAt: Date; replaceBy: Date }> | null,
): RenewalInfo {
  if (request === null) return base;
  const start = earlier(base.start, request.requestedAt);
  const end = earlier(base.end, request.replaceBy);
  const leastEnd = Math.floor(start.getTime() / 1000) * 1000 + 1000;
  return { ...base, start, end: end.getTime() < leastEnd ? new Date(leastEnd) : end };
}

const windowAt = (start: Date, seconds: number): RenewalInfo => ({
  start,
  end: new Date(start.getTime() + Math.max(1, Math.floor(seconds)) * 1000),
  retryAfterSeconds: 6 * hourSeconds,
});

/** From 62 % to 72 % of the lifetime, so that a third of it is left for what goes wrong. */
export function usualWindow({
  notBefore,
  notAfter,
}: Readonly<{ notBefore: Date; notAfter: Date }>): RenewalInfo {
  const lifetime = (notAfter.getTime() - notBefore.getTime()) / 1000;
  const start = new Date(notBefore.getTime() + Math.floor(lifetime * 0.62) * 1000);
  const window = windowAt(start, lifetime * 0.1);
  const checks = Math.max(60, Math.min(6 * hourSeconds, Math.floor(lifetime / 20)));
  return { ...window, retryAfterSeconds: checks };
}
