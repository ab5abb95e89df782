import { StateBadge } from "@/components/ui/badge";
import { stateOf, type State } from "@/lib/format/state";
import type { CertificateItem } from "@/lib/certificates/schema";

type Facts = Pick<CertificateItem, "status" | "notBefore" | "notAfter" | "successorId">;

const thirtyDays = 30 * 86_400;

/** How long before its end a certificate counts as expiring: a third of its life, at most thirty days. */
export function expiringSeconds(notBefore: string, notAfter: string): number {
  return Math.min(thirtyDays, (Date.parse(notAfter) - Date.parse(notBefore)) / 3000);
}

/** The one state that people see. A plan that could not be signed shows as denied, with its own word. */
export function stateOfCertificate(facts: Facts, now: Date): State {
  const status = facts.status === "held" ? "hold" : facts.status === "failed" ? "denied" : facts.status;
  if (status === "expired") return "expired";
  const active = status === "valid" ? "active" : status;
  return stateOf({ status: active, notAfter: new Date(facts.notAfter), hasSuccessor: facts.successorId !== null }, now, expiringSeconds(facts.notBefore, facts.notAfter));
}

/** The state of a certificate as word, icon and colour. */
export function CertificateState({ certificate, now }: Readonly<{ certificate: Facts; now: Date }>) {
  return <StateBadge state={stateOfCertificate(certificate, now)} word={certificate.status === "failed" ? "Failed" : undefined} />;
}
