import type { RuleName } from "@/lib/alerts/schema";
import {
  actorOf,
  credentialOf,
  hour,
  minute,
  anonymousAt,
  planned,
  tokenNamed,
  type Act,
  type Member,
} from "./fleet";
import { allowed, denied, refused } from "./requests";

export type Attack = Readonly<{
  name: string;
  rule: RuleName;
  subject: string;
  acts: readonly Act[];
}>;
/** A member that only shows up to be misused, and the state of its certificate. */
export type Victim = Readonly<{
  member: Member;
  state: "issued" | "revoked";
  notBefore: number;
  notAfter: number;
  revokedAt: number | null;
  suspended?: boolean;
}>;

const victimNames = ["revoked", "expired", "early", "suspended", "fenced"] as const;
type VictimName = (typeof victimNames)[number];

/** Certificates that are in a bad state when the traffic ends. */
export function makeVictims(end: number): Record<VictimName, Victim> {
  const of = (
    name: VictimName,
    over: Partial<Victim> = {},
    networks: readonly string[] = [],
  ): Victim => ({
    state: "issued",
    notBefore: end - 5e9,
    notAfter: end + 5e9,
    revokedAt: null,
    ...over,
    member: {
      id: `idn_v${name}`,
      name: `victim-${name}`,
      kind: "service",
      networks,
      credential: credentialOf(`crt_v${name}`),
      successor: null,
      places: [],
      services: [],
      busy: 0,
      begins: 0,
    },
  });
  return {
    revoked: of("revoked", { state: "revoked", revokedAt: end - hour }),
    expired: of("expired", { notBefore: end - 80 * hour, notAfter: end - 50 * hour }),
    early: of("early", { notBefore: end + 9 * hour }),
    suspended: of("suspended", { suspended: true }),
    fenced: of("fenced", {}, ["10.0.0.0/8"]),
  };
}

const busiest = (fleet: readonly Member[], fits: (member: Member) => boolean): Member => {
  const [first] = fleet.filter(fits).toSorted((a, b) => b.busy - a.busy);
  if (first === undefined) throw new Error("The fleet has no member of that kind.");
  return first;
};
const elsewhere = "203.0.113.66";
const home = (member: Member): string => member.places[0]?.[1](() => 0.5) ?? "10.3.1.9";
const inUse = (member: Member) => member.successor ?? member.credential;

/**
 * One attack for each rule that reads requests. `dormant` is a member that was inactive for
 * months.
 */
export function plantedAttacks(
  fleet: readonly Member[],
  victims: Record<VictimName, Victim>,
  dormant: Member,
  end: number,
): Attack[] {
  const quiet = (member: Member) =>
    member.places.length === 1 &&
    member.networks.length === 0 &&
    member.kind === "service" &&
    member.services.every(([, service]) => service !== "payroll");
  const taken = new Set<string>();
  const target = (fits: (member: Member) => boolean): Member => {
    const found = busiest(fleet, (member) => fits(member) && !taken.has(member.id));
    taken.add(found.id);
    return found;
  };
  const stolen = target(quiet);
  const copied = target(quiet);
  const curious = target(quiet);
  const hammering = target(quiet);
  const person = target((member) => member.kind === "person");
  const night = Math.floor(end / (24 * hour)) * 24 * hour + 24 * hour + 1.5 * hour;
  return [
    ...attacksWithBadCertificates(victims, end),
    ...attacksFromElsewhere({ stolen, copied, curious }, end),
    ...attacksInBulk(hammering, end),
    ...attacksAtOddTimes({ dormant, person }, { end, night }),
  ];
}

/** Certificates that are revoked, expired, forged, early, suspended or bound to other networks. */
function attacksWithBadCertificates(victims: Record<VictimName, Victim>, end: number): Attack[] {
  const refusedUse = (name: VictimName, code: string, at: number): Act => ({
    at,
    actor: actorOf(victims[name].member, "10.3.1.9"),
    entry: denied(code),
  });
  return [
    {
      name: "a revoked key",
      rule: "revoked-used",
      subject: victims.revoked.member.credential.certificateId,
      acts: [refusedUse("revoked", "certificate.revoked", end + minute)],
    },
    {
      name: "an expired key",
      rule: "expired-used",
      subject: victims.expired.member.credential.certificateId,
      acts: [refusedUse("expired", "certificate.expired", end + 2 * minute)],
    },
    {
      name: "a certificate made with a stolen authority's key",
      rule: "forged-certificate",
      subject: credentialOf("crt_forged").fingerprintSha256,
      acts: [
        {
          at: end + 3 * minute,
          actor: anonymousAt(elsewhere, { ...credentialOf("crt_forged"), certificateId: null }),
          entry: refused("certificate.not-issued"),
        },
      ],
    },
    {
      name: "a certificate before its time",
      rule: "not-yet-valid-used",
      subject: victims.early.member.credential.certificateId,
      acts: [refusedUse("early", "certificate.not-yet-valid", end + 4 * minute)],
    },
    {
      name: "a suspended identity",
      rule: "suspended-identity",
      subject: victims.suspended.member.id,
      acts: [refusedUse("suspended", "identity.suspended", end + 5 * minute)],
    },
    {
      name: "a key outside its networks",
      rule: "outside-networks",
      subject: victims.fenced.member.id,
      acts: [
        {
          at: end + 6 * minute,
          actor: actorOf(victims.fenced.member, elsewhere),
          entry: denied("certificate.network", "billing", 403),
        },
      ],
    },
  ];
}

/** Valid certificates in other hands: a new network, two networks at once, a new service. */
const attacksFromElsewhere = (
  { stolen, copied, curious }: Readonly<Record<"stolen" | "copied" | "curious", Member>>,
  end: number,
): Attack[] => [
  {
    name: "a stolen key, used once from elsewhere",
    rule: "first-network",
    subject: stolen.id,
    acts: [
      {
        at: end + 7 * minute,
        actor: actorOf(stolen, elsewhere, inUse(stolen)),
        entry: allowed(),
      },
    ],
  },
  {
    name: "a copied key, used at the same time as its owner",
    rule: "several-networks",
    subject: inUse(copied).certificateId,
    acts: Array.from({ length: 6 }, (_none, n) => ({
      at: end + (8 + n) * minute,
      actor: actorOf(copied, n % 2 === 0 ? home(copied) : elsewhere, inUse(copied)),
      entry: allowed(copied.services[0]?.[1]),
    })),
  },
  {
    name: "a key that looks around",
    rule: "first-service",
    subject: curious.id,
    acts: [
      {
        at: end + 15 * minute,
        actor: actorOf(curious, home(curious), inUse(curious)),
        entry: denied("policy.no-rule", "payroll"),
      },
    ],
  },
];

/** Many requests in a short time. */
const attacksInBulk = (hammering: Member, end: number): Attack[] => [
  {
    name: "services tried one after another",
    rule: "refusal-burst",
    subject: hammering.id,
    acts: Array.from({ length: 12 }, (_none, n) => ({
      at: end + 16 * minute + n * 1_000,
      actor: actorOf(hammering, home(hammering), inUse(hammering)),
      entry: denied("policy.denied", hammering.services[0]?.[1]),
    })),
  },
  {
    name: "a stolen token that issues",
    rule: "issuing-spike",
    subject: "tok_ci",
    acts: Array.from({ length: 60 }, (_none, n) => ({
      at: end + 20 * minute + n * 1_000,
      actor: tokenNamed("ci"),
      entry: planned(`spike${n}`),
    })),
  },
];

/** After months without a request, and at night. */
const attacksAtOddTimes = (
  { dormant, person }: Readonly<Record<"dormant" | "person", Member>>,
  { end, night }: Readonly<{ end: number; night: number }>,
): Attack[] => [
  {
    name: "a forgotten key",
    rule: "dormant-revival",
    subject: dormant.id,
    acts: [{ at: end + 22 * minute, actor: actorOf(dormant, "10.77.1.9"), entry: allowed() }],
  },
  {
    name: "a person's key at night",
    rule: "off-hours",
    subject: person.id,
    acts: [
      {
        at: night,
        actor: actorOf(person, home(person), inUse(person)),
        entry: allowed(person.services[0]?.[1]),
      },
    ],
  },
];
