import type { RuleName } from "@/lib/alerts/schema";
import type { AlertRule, EntryRule } from "@/lib/alerts/types";
import { firstNetwork } from "./first-network";
import { refusalBurst } from "./refusal-burst";
import { revokedUsed } from "./revoked-used";

/** Every rule, in the order in which they are listed. */
export const allRules: readonly AlertRule[] = [revokedUsed, firstNetwork, refusalBurst];

export const entryRules: readonly EntryRule[] = allRules.filter((rule): rule is EntryRule => "find" in rule);

/** A rule by its name; undefined for a name of another version. */
export const ruleOf = (name: string): AlertRule | undefined => allRules.find((rule) => rule.name === name);
export const titleOf = (name: RuleName): string => ruleOf(name)?.title ?? name;
