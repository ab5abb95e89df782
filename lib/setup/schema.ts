import { z } from "zod";
import { label } from "@/lib/format/label";
import { accountEmail, newPassword } from "@/lib/accounts/schema";
import { authorityName, type AuthorityDto } from "@/lib/authorities/schema";
import { isWholeTopLevel } from "@/lib/profiles/name-rule-schema";
import { canonicalName } from "@/lib/pki/held-names/held-name";
import { authorityKeyAlgorithms } from "@/lib/pki/types";

const isReserved = (name: string): boolean => /(^|\.)localhost$/.test(name);

/** A domain of the organization: `example.com`, or the top of a private name space (`internal`). */
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .superRefine((text, context) => {
    const problem = domainProblem(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });

const wildcards = "Enter a domain without wildcards, such as example.com.";

function domainProblem(text: string): string | null {
  if (text.startsWith("*")) return wildcards;
  if (isWholeTopLevel(`**.${text}`))
    return `${text.slice(0, 64)} is a top-level domain, below which other organizations have names. Enter your own, such as example.com.`;
  if (isReserved(text)) return "localhost is every computer's own name, not a domain.";
  try {
    return canonicalName("dns", text).value === text ? null : wildcards;
  } catch {
    return `"${text.slice(0, 64)}" isn't a domain. Enter one such as example.com.`;
  }
}

/** The domains that the default profiles are for. */
export const domainsOf = ({
  domains,
  adminEmail,
}: Readonly<{ domains: readonly string[]; adminEmail: string }>): readonly string[] =>
  domains.length > 0
    ? [...new Set(domains)]
    : [adminEmail.slice(adminEmail.lastIndexOf("@") + 1).toLowerCase()];

const years = z.number().int("Enter whole years.").min(1, "Enter at least 1 year.");

/**
 * The input of the setup. Everything except the organization and the administrator has a default.
 */
export const setupInput = z
  .strictObject({
    organization: label(
      64,
      "Enter the name of your organization.",
      "Use at most 64 characters (RFC 5280, ub-organization-name).",
    ),
    adminName: label(100).default("Administrator"),
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
    /**
     * The organization's domains, whose names the default profiles can certify. Empty: the domain
     * of the administrator's email address.
     */
    domains: z.array(domain).max(20, "Use at most 20 domains.").default([]),
  })
  .superRefine((input, context) => {
    if (input.issuing.validityYears > input.root.validityYears) {
      context.addIssue({
        code: "custom",
        path: ["issuing", "validityYears"],
        message: "The issuing CA can't outlive the root CA.",
      });
    }
    const [own = ""] = domainsOf(input);
    const isMailbox = accountEmail.safeParse(input.adminEmail).success;
    if (isMailbox && input.domains.length === 0 && !domain.safeParse(own).success) {
      context.addIssue({
        code: "custom",
        path: ["domains"],
        message: `Enter the domains of your organization: ${own}, the domain of the email address, can't be one.`,
      });
    }
  });
export type SetupInput = z.infer<typeof setupInput>;
/** The input before defaults are applied. */
export type SetupRequest = z.input<typeof setupInput>;

export type SetupResult = Readonly<{
  organization: string;
  accountId: string;
  authorities: readonly AuthorityDto[];
}>;
