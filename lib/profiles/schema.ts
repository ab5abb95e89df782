import { z } from "zod";
import { label, note } from "@/lib/format/label";
import { newKeyAlgorithms } from "@/lib/keys/key-kinds";
import {
  extendedKeyUsages,
  generalNameTypes,
  identityKinds,
  keyUsageBits,
  subjectKeyAlgorithms,
  type ProfileRules,
} from "@/lib/pki/types";
import {
  coverEveryAddress,
  dnsRule,
  emailDomainRule,
  fixedAttributeTypes,
  ipRangeRule,
  nameTemplate,
  uriRule,
} from "./name-rule-schema";

const day = 86_400;
const seconds = z.number().int("Enter whole seconds.");

const unique = <T>(values: readonly T[]): boolean => new Set(values).size === values.length;

/** The rules of a leaf profile in the form and the API. */
export const profileRulesInput = z
  .strictObject({
    kind: z.literal("leaf").default("leaf"),
    identityKinds: z
      .array(z.enum(identityKinds))
      .min(1, "Choose at least one kind of identity.")
      .refine(unique, "Each kind can be listed only once."),
    selfService: z.boolean().default(false),
    acme: z
      .strictObject({
        validation: z.enum(["held", "challenge"]),
        caa: z.boolean().default(false),
      })
      .optional(),
    names: z.array(nameTemplate).max(10, "Use at most 10 name templates.").default([]),
    keyAlgorithms: z
      .array(z.enum(subjectKeyAlgorithms))
      .min(1, "Allow at least one key algorithm."),
    serverKeys: z.boolean().optional(),
    validitySecondsDefault: seconds.min(60, "Enter at least 1 minute."),
    validitySecondsMax: seconds
      .min(60, "Enter at least 1 minute.")
      .max(40 * 366 * day, "Enter at most 40 years."),
    backdateSeconds: seconds.min(0).max(day, "Enter at most 1 day.").default(60),
    keyUsage: z
      .array(z.enum(keyUsageBits).exclude(["keyCertSign", "cRLSign"]))
      .min(1, "Choose at least one key usage."),
    extendedKeyUsage: z.array(z.enum(extendedKeyUsages).exclude(["ocspSigning"])),
    subject: z.strictObject({
      commonName: z.enum(["required", "optional", "forbidden"]),
      commonNameFrom: z.enum(["san", "san-or-identity"]).default("san"),
      fixed: z
        .array(
          z.strictObject({
            type: z.enum(fixedAttributeTypes, {
              error: "Only O, OU, C, L and ST can be fixed; names belong to the identity.",
            }),
            value: label(64, "Enter a value."),
          }),
        )
        .max(8),
    }),
    san: z.strictObject({
      types: z.array(z.enum(generalNameTypes)),
      min: z.number().int().min(0).max(100),
      max: z.number().int().min(0).max(100, "A certificate can have at most 100 names."),
      dnsPatterns: z.array(dnsRule).max(200),
      wildcards: z.boolean(),
      ipRanges: z
        .array(ipRangeRule)
        .max(200)
        .refine((ranges) => !coverEveryAddress(ranges), {
          message:
            "Together, these ranges contain every address. Enter the ranges of your networks.",
        }),
      emailDomains: z.array(emailDomainRule).max(200),
      uriPrefixes: z.array(uriRule).max(200),
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
      wrong(["validitySecondsDefault"], "The default lifetime can't exceed the maximum lifetime.");
    if (rules.san.min > rules.san.max)
      wrong(["san", "min"], "The minimum can't exceed the maximum.");
    if (rules.san.min > 0 && rules.san.types.length === 0)
      wrong(["san", "types"], "Allow at least one type of name, or set the minimum to 0.");
    if (
      rules.subject.commonNameFrom === "san" &&
      rules.subject.commonName !== "forbidden" &&
      rules.san.types.length === 0
    ) {
      wrong(
        ["subject", "commonNameFrom"],
        "Allow at least one type of name: the common name must be one of the subjectAltNames.",
      );
    }
    if (rules.subject.commonName === "forbidden" && rules.san.min === 0) {
      wrong(
        ["san", "min"],
        "A certificate without a common name needs at least one subjectAltName.",
      );
    }
    for (const [index, { type }] of rules.names.entries())
      if (!rules.san.types.includes(type))
        wrong(
          ["names", index, "value"],
          "Allow this type of subjectAltName, or remove the template.",
        );
    if (rules.noRevAvail && rules.validitySecondsMax > 10 * day)
      wrong(
        ["noRevAvail"],
        "Without revocation, the maximum lifetime can be at most 10 days (RFC 9608).",
      );
    checkServerKeys(rules, wrong);
    if (!unique(rules.keyUsage)) wrong(["keyUsage"], "Each usage can be listed only once.");
  });

type KeyRules = Readonly<{
  serverKeys?: boolean | undefined;
  identityKinds: readonly string[];
  keyAlgorithms: readonly string[];
}>;
/** Chancery makes no keys for people (decision 31), and not of every type. */
function checkServerKeys(
  { serverKeys, identityKinds: kinds, keyAlgorithms }: KeyRules,
  wrong: (path: string[], message: string) => void,
): void {
  if (serverKeys !== true) return;
  if (kinds.includes("person"))
    wrong(
      ["serverKeys"],
      "Chancery makes no keys for people: no one else may ever have had a person's key. Turn this off, or remove people from the profile.",
    );
  if (!newKeyAlgorithms.some((algorithm) => keyAlgorithms.includes(algorithm)))
    wrong(
      ["serverKeys"],
      "Chancery makes keys of the types ECDSA P-256, ECDSA P-384, RSA 3072 and Ed25519. Allow at least one of them.",
    );
}

export const profileSlug = z
  .string()
  .trim()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
    "Use 1 to 48 lowercase letters, digits and hyphens.",
  );

export const profileInput = z.strictObject({
  slug: profileSlug,
  name: label(100),
  description: note(500).default(""),
  /** The id or slug of the issuing authority. */
  authority: z.string().trim().min(1, "Choose an issuing CA.").max(64),
  rules: profileRulesInput,
});
export type ProfileInput = z.infer<typeof profileInput>;

/**
 * The slug can't change: API clients select profiles by it. `version` prevents overwriting the
 * changes of another user.
 */
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
}>;
