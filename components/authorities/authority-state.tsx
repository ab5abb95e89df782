import { StateBadge } from "@/components/ui/badge";
import type { AuthorityDto } from "@/lib/authorities/schema";

const looks = {
  pending: ["pending", "Pending"],
  active: ["valid", "Active"],
  retired: ["expired", "Retired"],
} as const;

/** pending, active or retired, as word, icon and colour. */
export function AuthorityState({ status }: Pick<AuthorityDto, "status">) {
  const [state, word] = looks[status];
  return <StateBadge state={state} word={word} />;
}

export const authorityKindWords: Readonly<Record<AuthorityDto["kind"], string>> = {
  root: "Root authority",
  issuing: "Issuing authority",
};
