import type { IdentityNames } from "@/lib/pki/names-request";

/** What is known of an identity: that it holds these common names, and nothing else. */
export const identityWith = (
  commonNames: readonly string[] = [],
  change: Partial<IdentityNames> = {},
): IdentityNames => ({
  commonNames,
  offered: [],
  earlier: { commonNames: [], sans: [] },
  isSelfService: false,
  ...change,
});
