import { createHash } from "node:crypto";
import type { Actor, Credential } from "@/lib/access/actor";
import type { NewEntry } from "@/lib/log/types";
import { allowed, denied, read, refused } from "./requests";

// A simulated organization for tests and the benchmark: services, devices and people with their
// habits, and an attacker who misuses them.
// Everything follows from one number, so that what was found once is found again.

export const day = 86_400_000;
export const hour = 3_600_000;
export const minute = 60_000;

export type Member = Readonly<{
  id: string;
  name: string;
  kind: "person" | "service" | "device";
  networks: readonly string[];
  credential: Credential & Readonly<{ certificateId: string }>;
  /** The one that took over in the middle of the time, if one did. */
  successor: (Credential & Readonly<{ certificateId: string }>) | null;
  /** Addresses with their share of the uses. */
  places: readonly (readonly [share: number, address: (random: Random) => string])[];
  services: readonly (readonly [share: number, service: string])[];
  /** Relative to others. */
  busy: number;
  /** People: when the day begins, UTC. */
  begins: number;
}>;
export type Random = () => number;
export type Act = Readonly<{ at: number; actor: Actor; entry: NewEntry }>;

/** A small generator with good enough statistics (mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const hex = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);
export const credentialOf = (
  certificateId: string,
): Credential & Readonly<{ certificateId: string }> => ({
  certificateId,
  serial: `4${hex(`${certificateId} serial`, 31)}`,
  fingerprintSha256: hex(certificateId, 64),
});
const whole = (random: Random, below: number): number => Math.floor(random() * below);
const anywhereIn =
  (prefix: string) =>
  (random: Random): string =>
    `${prefix}.${1 + whole(random, 250)}`;
const serviceNames = [
  "billing",
  "ledger",
  "orders",
  "stock",
  "mail",
  "search",
  "reports",
  "identity",
  "media",
  "chat",
  "wiki",
  "tickets",
];

function someServices(random: Random, n: number): (readonly [number, string])[] {
  const from = whole(random, serviceNames.length);
  return Array.from({ length: n }, (_none, i) => [
    i === 0 ? 0.6 : 0.4 / Math.max(1, n - 1),
    serviceNames[(from + i * 5) % serviceNames.length] ?? "billing",
  ]);
}

/**
 * Services run in one network, in two halls, or in a pool; devices stay where they are or get
 * addresses of one provider; people have an office, a home, some a third place.
 */
function placesOf(random: Random, kind: Member["kind"], n: number): Member["places"] {
  const own = `${10 + (n % 40)}.${(n * 7) % 250}`;
  if (kind === "service") {
    const sort = random();
    if (sort < 0.6) return [[1, anywhereIn(`10.${n % 200}.1`)]];
    if (sort < 0.8)
      return [
        [0.6, anywhereIn(`10.${n % 200}.1`)],
        [0.4, anywhereIn(`172.16.${n % 200}`)],
      ];
    return [[1, (next) => `10.${n % 200}.${whole(next, 24)}.${1 + whole(next, 250)}`]];
  }
  if (kind === "device")
    return random() < 0.7
      ? [[1, () => `192.168.${n % 250}.${1 + (n % 250)}`]]
      : [
          [
            1,
            (next) => `100.${own.split(".")[1] ?? "7"}.${whole(next, 250)}.${1 + whole(next, 250)}`,
          ],
        ];
  const office = anywhereIn(`10.250.${n % 8}`);
  const home = (next: Random) => `${own}.${whole(next, 4)}.7`;
  const more = anywhereIn(`198.18.${n % 250}`);
  const six = () => `2001:db8:${(n % 9_000) + 1}::7`;
  return random() < 0.5
    ? [
        [0.6, office],
        [0.4, home],
      ]
    : [
        [0.5, office],
        [0.2, home],
        [0.15, more],
        [0.15, six],
      ];
}

/** So many members of all kinds, with names that begin with `mark`. */
export function makeFleet(random: Random, count: number, mark = "f"): Member[] {
  return Array.from({ length: count }, (_none, n): Member => {
    const kind = n % 20 < 14 ? "service" : n % 20 < 17 ? "device" : "person";
    const busy = 0.2 + 3 * random() ** 4 * 5;
    const places = placesOf(random, kind, n);
    const services = someServices(
      random,
      kind === "device" ? 1 : 1 + whole(random, kind === "person" ? 5 : 4),
    );
    return {
      id: `idn_${mark}${n}`,
      name: `${kind}-${mark}${n}`,
      kind,
      places,
      busy,
      begins: 6 + whole(random, 4),
      networks: kind === "service" && n % 10 === 0 ? ["10.0.0.0/8", "172.16.0.0/12"] : [],
      services: kind === "service" && n % 5 === 0 ? [...services, [0.2, "chancery"]] : services,
      credential: credentialOf(`crt_${mark}${n}`),
      successor: n % 6 === 0 ? credentialOf(`crt_${mark}${n}b`) : null,
    };
  });
}

function pick<T>(random: Random, from: readonly (readonly [number, T])[]): T {
  let left = random() * from.reduce((sum, [share]) => sum + share, 0);
  for (const [share, one] of from) {
    left -= share;
    if (left <= 0) return one;
  }
  return from[from.length - 1]?.[1] as T;
}

let requests = 0;
export const actorOf = (
  member: Pick<Member, "id" | "name" | "credential">,
  ip: string,
  credential = member.credential,
): Actor => ({
  kind: "certificate",
  id: credential.certificateId,
  label: member.name,
  role: "service",
  identityId: member.id,
  credential,
  assertedBy: null,
  address: {
    ip,
    port: 40_000 + (requests % 20_000),
    userAgent: "fleet/1.0",
    via: ["mtls", "edge-proxy"],
  },
  requestId: `req_fleet${++requests}`,
  correlationId: `req_fleet${requests}`,
});
export const anonymousAt = (ip: string, credential: Credential | null = null): Actor => ({
  kind: "anonymous",
  id: null,
  label: "anonymous",
  role: null,
  identityId: null,
  credential,
  assertedBy: null,
  address: { ip, port: 50_000, userAgent: "curl/8.1", via: ["mtls"] },
  requestId: `req_fleet${++requests}`,
  correlationId: `req_fleet${requests}`,
});
export const tokenNamed = (label: string): Actor => ({
  ...anonymousAt("10.0.0.9"),
  kind: "token",
  id: `tok_${label}`,
  label,
  role: "operator",
});

const reported = (name: string): NewEntry => ({
  action: "event.reported",
  outcome: "success",
  target: null,
  details: { name, occurredAt: "2026-09-01T00:00:00Z", data: {} },
});
export const planned = (n: number | string): NewEntry => ({
  action: "certificate.planned",
  outcome: "success",
  target: { kind: "certificate", id: `crt_plan${n}`, label: `${n}.example.com` },
  details: {
    issuerId: "ca_test",
    serial: hex(`plan ${n}`, 32),
    profileId: "prf_test",
    profileVersion: 1,
    identityId: "idn_f0",
    subject: `CN=${n}.example.com`,
    sans: [`${n}.example.com`],
    notBefore: "2026-09-01T00:00:00Z",
    notAfter: "2026-12-01T00:00:00Z",
    spkiSha256: hex("spki", 64),
    tbsSha256: hex("tbs", 64),
  },
});

/**
 * What a use of a service looks like: mostly allowed, now and then denied by a policy; Chancery
 * itself is read, services report what they do.
 */
function entryOf(random: Random, member: Member): NewEntry {
  const service = pick(random, member.services);
  if (service === "chancery") return read();
  if (random() < 0.004) return denied("policy.no-rule", service);
  if (member.kind === "service" && member.busy > 1.5 && random() < 0.15)
    return reported(random() < 0.99 ? "payment.approved" : "payment.refunded");
  return allowed(service, `/v1/items/${whole(random, 5_000)}`);
}

function timeOf(random: Random, member: Member, begin: number, days: number): number {
  if (member.kind !== "person") return begin + random() * days * day;
  for (;;) {
    const date = Math.floor(random() * days);
    const at = Math.floor(begin / day) * day + date * day;
    const weekday = new Date(at).getUTCDay();
    if (weekday !== 0 && weekday !== 6) return at + member.begins * hour + random() * 9 * hour;
  }
}

/**
 * A number of requests over a number of days, ordered by time, with the other events of an
 * organization where nothing is wrong.
 */
export function healthyTraffic(
  random: Random,
  fleet: readonly Member[],
  { begin, days, count }: Readonly<{ begin: number; days: number; count: number }>,
): Act[] {
  const shares = fleet.map((member) => [member.busy, member] as const);
  const acts: Act[] = [];
  const total = shares.reduce((sum, [share]) => sum + share, 0);
  const around = Math.round(count * 0.02);
  for (const [share, member] of shares) {
    for (let n = Math.round(((count - around) * share) / total); n > 0; n -= 1) {
      const at = timeOf(random, member, begin, days);
      const credential =
        member.successor !== null && at > begin + (days * day) / 2
          ? member.successor
          : member.credential;
      acts.push({
        at,
        actor: actorOf(member, pick(random, member.places)(random), credential),
        entry: entryOf(random, member),
      });
    }
  }
  // Health checks without a certificate, browsers whose session ended, wrong passwords, forms
  // filled in wrongly, and a token that issues.
  for (let n = Math.max(0, count - acts.length); n > 0; n -= 1) {
    const at = begin + random() * days * day;
    const sort = random();
    if (sort < 0.4)
      acts.push({ at, actor: anonymousAt("10.0.0.2"), entry: denied("certificate.missing") });
    else if (sort < 0.5)
      acts.push({
        at,
        actor: anonymousAt(`10.250.${whole(random, 8)}.9`),
        entry: refused("unauthenticated"),
      });
    else if (sort < 0.55)
      acts.push({
        at,
        actor: anonymousAt(`10.250.${whole(random, 8)}.9`),
        entry: {
          action: "session.refused",
          outcome: "denied",
          reason: "wrong password",
          target: null,
          details: { email: "operator@example.com" },
        },
      });
    else if (sort < 0.75)
      acts.push({ at, actor: tokenNamed("ci"), entry: refused("request.invalid", 400) });
    else acts.push({ at, actor: tokenNamed("ci"), entry: planned(n) });
  }
  return acts.sort((a, b) => a.at - b.at);
}
