import type { RuleName } from "@/lib/alerts/schema";
import type { AlertRule, EntryRule } from "@/lib/alerts/types";
import { clockOff } from "@/lib/alerts/rules/integrity/clock-off";
import { checkpointLate } from "./checkpoint-late";
import { crlLate } from "./crl-late";
import { crlOutdated } from "./crl-outdated";
import { dormantRevival } from "./dormant-revival";
import { enrollmentSecretReused } from "./enrollment-secret-reused";
import { expiredUsed } from "./expired-used";
import { expiryNear } from "@/lib/alerts/rules/renewal/expiry-near";
import { rotationOverdue } from "@/lib/alerts/rules/renewal/rotation-overdue";
import { firstNetwork } from "./first-network";
import { firstService } from "./first-service";
import { forgedCertificate } from "./forged-certificate";
import { issuingSpike } from "./issuing-spike";
import { readerStalled } from "@/lib/alerts/rules/integrity/reader-stalled";
import { namesOverridden } from "./names-overridden";
import { namesUndecided } from "./names-undecided";
import { notYetValidUsed } from "./not-yet-valid-used";
import { offHours } from "./off-hours";
import { outsideNetworks } from "./outside-networks";
import { refusalBurst } from "./refusal-burst";
import { revocationsLost } from "@/lib/alerts/rules/integrity/revocations-lost";
import { revokedUsed } from "./revoked-used";
import { severalNetworks } from "./several-networks";
import { signerRefused } from "@/lib/alerts/rules/integrity/signer-refused";
import { signInLockout } from "./sign-in-lockout";
import { sourceGap } from "@/lib/alerts/rules/integrity/source-gap";
import { suspendedIdentity } from "./suspended-identity";
import { unreadableEntry } from "@/lib/alerts/rules/integrity/unreadable-entry";
import { verificationFailed } from "./verification-failed";

/** Every rule, in the order in which they are listed. */
export const allRules: readonly AlertRule[] = [
  revokedUsed,
  expiredUsed,
  forgedCertificate,
  notYetValidUsed,
  suspendedIdentity,
  outsideNetworks,
  enrollmentSecretReused,
  firstNetwork,
  severalNetworks,
  firstService,
  refusalBurst,
  issuingSpike,
  offHours,
  dormantRevival,
  expiryNear,
  rotationOverdue,
  crlLate,
  crlOutdated,
  checkpointLate,
  verificationFailed,
  signerRefused,
  revocationsLost,
  unreadableEntry,
  readerStalled,
  clockOff,
  sourceGap,
  signInLockout,
  namesUndecided,
  namesOverridden,
];

export const entryRules: readonly EntryRule[] = allRules.filter(
  (rule): rule is EntryRule => "evaluate" in rule,
);

/** A rule by its name; undefined for a name of another version. */
export const ruleOf = (name: string): AlertRule | undefined =>
  allRules.find((rule) => rule.name === name);
export const titleOf = (name: RuleName): string => ruleOf(name)?.title ?? name;
