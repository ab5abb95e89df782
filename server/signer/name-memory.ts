import type { Database } from "@/lib/db/database";
import { type CarriedName, readCarriedName } from "@/lib/pki/held-names/carried-name";
import { nameKeyOf } from "@/lib/pki/held-names/name-key";
import { trustDomainOf, wholeTrustDomain } from "@/lib/pki/trust-domain";
import type { EvaluatedPlan } from "./evaluate-plan";
import { makeLiveNames, type LiveName, type NameClaim } from "./live-names";
import { hasConsent } from "./name-consent";
import { refuse } from "./refuse";

/** What keeps certificates from getting their names, by certificate. */
export type InTheWay = ReadonlyMap<string, readonly LiveName[]>;

/**
 * The signer's own memory of which identity's valid certificates carry a name (decision 20):
 * whatever the application writes about who holds it, no other identity gets a certificate for it.
 */
export function makeNameMemory(
  db: Database,
  onNotice: (line: string) => void = () => {},
): Readonly<{
  /** Remembers the names of a batch of certificates, before they are signed. */
  remember: (plans: readonly EvaluatedPlan[], now: Date) => Promise<InTheWay>;
  /**
   * Throws `signer.name-of-another` if something is in the way that the log doesn't explain: a
   * share, or a name that its holder gave up.
   */
  confirm: (plan: EvaluatedPlan, inTheWay: InTheWay) => Promise<void>;
}> {
  const liveNames = makeLiveNames(db);
  return {
    remember: (plans, now) => liveNames(plans.filter(isRemembered).map(claimOf), now),
    confirm: async (evaluated, inTheWay) => {
      const { plan, now } = evaluated;
      const others = inTheWay.get(plan.id) ?? [];
      if (others.length === 0) return;
      const names = { identityId: plan.identityId, names: namesOf(evaluated) };
      for (const other of others) {
        if (await hasConsent(db, names, other)) continue;
        onNotice(
          `refused: ${plan.id} for ${plan.identityId}: ${other.certificateId} of ${other.identityId} carries ${other.key}`,
        );
        refuse(
          "signer.name-of-another",
          `${plan.id} wasn't signed: a valid certificate of another identity carries one of its names. Revoke that certificate, or have an administrator share or transfer the name.`,
        );
      }
      await liveNames([{ ...claimOf(evaluated), isChecked: false }], now);
    },
  };
}

/** Responders have no names of hosts, services or people, and a new certificate at each start. */
const isRemembered = ({ slug, isOwn }: EvaluatedPlan): boolean =>
  !(isOwn && slug === "ocsp-responder");

/** The CA of a client can issue for its whole trust domain, so that is one of its names. */
function namesOf({ facts, isOfClient }: EvaluatedPlan): CarriedName[] {
  const names = facts.names.map(({ type, value }) => readCarriedName(type, value));
  const trustDomain = isOfClient ? trustDomainOf(facts.sans) : null;
  return trustDomain === null ? names : [...names, wholeTrustDomain(trustDomain)];
}

const claimOf = (evaluated: EvaluatedPlan): NameClaim => ({
  certificateId: evaluated.plan.id,
  identityId: evaluated.plan.identityId,
  notAfter: evaluated.facts.validity.notAfter,
  names: namesOf(evaluated).map(nameKeyOf),
  // Chancery's own certificates never wait for others; nor does anyone before names are enforced.
  isChecked: !evaluated.isOwn && evaluated.plan.nameBinding === "enforced",
});
