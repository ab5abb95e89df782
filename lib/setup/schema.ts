import { z } from "zod";
import { accountEmail, newPassword } from "@/lib/accounts/schema";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import { authorityName } from "@/lib/authorities/schema";
import type { AuthorityDto } from "@/lib/authorities/schema";

const years = z.number().int("Whole years.").min(1, "At least one year.");

/** Everything that the first run asks. All but the administrator and the organisation has a default. */
export const setupInput = z
  .strictObject({
    organization: z
      .string()
      .trim()
      .min(1, "Name the organisation; it stands in every authority's subject.")
      .max(64, "At most 64 characters (RFC 5280, ub-organization-name)."),
    adminName: z.string().trim().min(1).max(100).default("Administrator"),
    adminEmail: accountEmail,
    adminPassword: newPassword,
    root: z
      .strictObject({
        name: authorityName.optional(),
        keyAlgorithm: z.enum(authorityKeyAlgorithms).default("ecdsa-p256"),
        validityYears: years.max(40).default(20),
      })
      .prefault({}),
    issuing: z
      .strictObject({
        name: authorityName.optional(),
        keyAlgorithm: z.enum(authorityKeyAlgorithms).default("ecdsa-p256"),
        validityYears: years.max(20).default(10),
      })
      .prefault({}),
    /** Names that the default TLS profiles may certify; `*` is any. */
    dnsPatterns: z
      .array(z.string().trim().toLowerCase().min(1).max(253))
      .min(1)
      .max(100)
      .default(["*"]),
  })
  .superRefine((input, context) => {
    if (input.issuing.validityYears > input.root.validityYears) {
      context.addIssue({
        code: "custom",
        path: ["issuing", "validityYears"],
        message: "The issuing authority cannot outlive the root.",
      });
    }
  });
export type SetupInput = z.infer<typeof setupInput>;
/** As written: what has a default may be left out. */
export type SetupRequest = z.input<typeof setupInput>;

export type SetupResult = Readonly<{
  organization: string;
  accountId: string;
  authorities: readonly AuthorityDto[];
  entryId: string;
}>;
