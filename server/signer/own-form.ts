import type { ServerNames } from "@/lib/net/server-names";
import type { TbsContext } from "@/lib/pki/evaluate-tbs";
import { systemRules, type SystemProfile } from "@/lib/pki/system-rules";
import { intermediateProfile } from "@/lib/pki/trust-domain";
import type { TbsFacts } from "@/lib/pki/tbs-facts";
import type { ProfileRules } from "@/lib/pki/types";
import type { StoredPlan } from "./read-stored-plans";
import { refuse } from "./refuse";

const isSystemProfile = (slug: string): slug is SystemProfile =>
  Object.hasOwn(systemRules, slug) && slug !== intermediateProfile;
const maxCommonName = 64;

/**
 * The one form in which Chancery's own certificates are signed, whatever the database says of their
 * profile: rules of this build, and names that only its own processes and CAs have. Throws
 * `signer.own-form`.
 */
export function ownFormOf(
  plan: Pick<StoredPlan, "id" | "authoritySlug" | "identityKind">,
  slug: string,
  facts: TbsFacts,
  ownNames: ServerNames,
): Pick<TbsContext, "rules" | "identity"> {
  const { id, authoritySlug, identityKind } = plan;
  if (!isSystemProfile(slug))
    refuse("signer.own-form", `${id} wasn't signed: ${slug} is no profile of Chancery itself.`);
  if (identityKind !== "system")
    refuse(
      "signer.own-form",
      `${id} wasn't signed: the profile ${slug} is for Chancery itself, not for a ${identityKind}. Use another profile.`,
    );
  const commonNames = facts.subject.filter(({ type }) => type === "CN").map(({ value }) => value);
  const responderName = `OCSP responder of ${authoritySlug}`.slice(0, maxCommonName);
  if (slug === "ocsp-responder" && commonNames[0] !== responderName)
    refuse("signer.own-form", `${id} wasn't signed: its common name has to be ${responderName}.`);
  const rules = slug === "console-tls" ? forOwnHosts(id, facts, ownNames) : systemRules[slug];
  const earlier = { commonNames, sans: facts.sans };
  return { rules, identity: { commonNames, offered: [], earlier, isSelfService: false } };
}

/** The certificate for HTTPS names the hosts that this Chancery is configured with, and no other. */
function forOwnHosts(id: string, { sans }: TbsFacts, { dns, ips }: ServerNames): ProfileRules {
  const foreign = sans.find(
    ({ type, value }) => !(type === "dns" ? dns : type === "ip" ? ips : []).includes(value),
  );
  if (foreign)
    refuse(
      "signer.own-form",
      `${id} wasn't signed: ${foreign.value} is no host of this Chancery. Set CHANCERY_HOST and CHANCERY_PUBLIC_URL to the names that it is reached by.`,
    );
  const rules = systemRules["console-tls"];
  return {
    ...rules,
    san: {
      ...rules.san,
      dnsPatterns: dns,
      ipRanges: ips.map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`),
    },
  };
}
