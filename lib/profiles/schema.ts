import { z } from "zod";
import {
  extendedKeyUsages,
  generalNameTypes,
  keyUsageBits,
  subjectKeyAlgorithms,
} from "@/lib/pki/types";
import type { ProfileRules } from "@/lib/pki/types";

const day = 86_400;
const seconds = z.number().int("Whole seconds.");
const texts = z.array(z.string().trim().min(1).max(253)).max(200);

const dnsPattern = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(\*|(\*\*?\.)?([a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/,
    "Write * for any name, example.com for exactly it, *.example.com for one label below, **.example.com for anything below.",
  );

/** The rules of a leaf profile as people and programs write them; the same text reads back. */
export const profileRulesInput = z
  .strictObject({
    kind: z.literal("leaf").default("leaf"),
    keyAlgorithms: z
      .array(z.enum(subjectKeyAlgorithms))
      .min(1, "Allow at least one key algorithm."),
    validitySecondsDefault: seconds.min(60, "At least a minute."),
    validitySecondsMax: seconds
      .min(60, "At least a minute.")
      .max(40 * 366 * day, "At most forty years."),
    backdateSeconds: seconds.min(0).max(day, "At most a day.").default(60),
    keyUsage: z
      .array(z.enum(keyUsageBits).exclude(["keyCertSign", "cRLSign"]))
      .min(1, "Choose at least one key usage."),
    extendedKeyUsage: z.array(z.enum(extendedKeyUsages).exclude(["ocspSigning"])),
    subject: z.strictObject({
      commonName: z.enum(["required", "optional", "forbidden"]),
      commonNameInSan: z.boolean(),
      fixed: z
        .array(
          z.strictObject({
            type: z.string().trim().min(1).max(64),
            value: z.string().trim().min(1).max(64),
          }),
        )
        .max(8),
    }),
    san: z.strictObject({
      types: z.array(z.enum(generalNameTypes)),
      min: z.number().int().min(0).max(100),
      max: z.number().int().min(0).max(100, "At most 100 names in one certificate."),
      dnsPatterns: z.array(dnsPattern).max(200),
      wildcards: z.boolean(),
      ipRanges: texts,
      emailDomains: texts,
      uriPrefixes: texts,
    }),
    noRevAvail: z.boolean().default(false),
    pathLength: z.null().default(null),
    rotationOverlapSeconds: seconds.min(0).max(400 * day),
  })
  .superRefine((rules, context) => {
    const wrong = (path: (string | number)[], message: string) => {
      context.addIssue({ code: "custom", path, message });
    };
    if (rules.validitySecondsDefault > rules.validitySecondsMax)
      wrong(["validitySecondsDefault"], "The default lifetime is longer than the longest one.");
    if (rules.san.min > rules.san.max)
      wrong(["san", "min"], "More names are needed than are allowed.");
    if (rules.san.min > 0 && rules.san.types.length === 0)
      wrong(["san", "types"], "Names are needed, but no type of name is allowed.");
    if (
      rules.subject.commonNameInSan &&
      rules.subject.commonName !== "forbidden" &&
      rules.san.types.length === 0
    ) {
      wrong(
        ["subject", "commonNameInSan"],
        "The common name has to repeat a subjectAltName, but no type of name is allowed.",
      );
    }
    if (
      rules.subject.commonName === "forbidden" &&
      rules.subject.fixed.length === 0 &&
      rules.san.min === 0
    ) {
      wrong(
        ["san", "min"],
        "A certificate without a subject needs at least one subjectAltName (RFC 5280 §4.1.2.6).",
      );
    }
    if (rules.noRevAvail && rules.validitySecondsMax > 10 * day)
      wrong(
        ["noRevAvail"],
        "Certificates without revocation live at most ten days here (RFC 9608).",
      );
    if (new Set(rules.keyUsage).size !== rules.keyUsage.length)
      wrong(["keyUsage"], "A usage stands twice.");
  });

export const profileSlug = z
  .string()
  .trim()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
    "Lower-case letters, digits and hyphens, 1 to 48.",
  );

export const profileInput = z.strictObject({
  slug: profileSlug,
  name: z.string().trim().min(1, "Name the profile.").max(100),
  description: z.string().trim().max(500).default(""),
  /** Id or slug of the issuing authority. */
  authority: z.string().trim().min(1, "Choose the authority that issues.").max(64),
  rules: profileRulesInput,
});
export type ProfileInput = z.infer<typeof profileInput>;

/** The slug never changes: programs name profiles by it. `version` refuses to overwrite what somebody else changed. */
export const profileChange = profileInput
  .omit({ slug: true })
  .partial()
  .extend({ version: z.number().int().min(1).optional() });
export type ProfileChange = z.infer<typeof profileChange>;

export type ProfileDto = Readonly<{
  id: string;
  slug: string;
  name: string;
  description: string;
  system: boolean;
  status: "active" | "retired";
  version: number;
  rules: ProfileRules;
  authorityId: string | null;
  authoritySlug: string | null;
  certificateCount: number;
  createdAt: string;
  changedAt: string;
  entryId?: string;
}>;
