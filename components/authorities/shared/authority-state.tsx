import { StateBadge } from "@/components/ui/badge";
import type { AuthorityDto } from "@/lib/authorities/schema";

const looks = {
  pending: ["pending", "Pending"],
  active: ["valid", "Active"],
  failed: ["denied", "Not created"],
  retired: ["expired", "Retired"],
} as const;

/** Pending, active, failed or retired, as label, icon and color. */
export function AuthorityState({ status }: Pick<AuthorityDto, "status">) {
  const [state, label] = looks[status];
  return <StateBadge state={state} label={label} />;
}

export const authorityKindLabels: Readonly<Record<AuthorityDto["kind"], string>> = {
  root: "Root CA",
  issuing: "Issuing CA",
};
