import { z } from "zod";
import { isAppError } from "@/lib/errors/app-error";
import { formatIp } from "@/lib/net/address";
import { parseIpRange } from "@/lib/net/network";
import { isDnsName } from "@/lib/pki/general-names";
import { canonicalName } from "@/lib/pki/held-names/held-name";
import { renderTemplate } from "@/lib/pki/name-templates";
import { isUriPrefix } from "@/lib/pki/profile-names";
import type { NameTemplate } from "@/lib/pki/types";

/** Text that `read` accepts and brings into the one form that names are compared in. */
const readable = (read: (text: string) => string) =>
  z
    .string()
    .trim()
    .min(1, "Remove the empty line.")
    .max(2048)
    .transform((text, context) => {
      try {
        return read(text);
      } catch (error) {
        if (!isAppError(error)) throw error;
        context.addIssue({ code: "custom", message: error.message });
        return z.NEVER;
      }
    });

const anyNameMessage = (example: string): string =>
  `* would allow the names of other organizations. Enter your own domains, such as ${example}.`;

/** Top-level domains that no registry sells names below (RFC 6761, RFC 6762 appendix G, ICANN). */
const privateTopLevels: ReadonlySet<string> = new Set(
  "corp example home internal intranet invalid lan local localhost private test".split(" "),
);
/** Whether a rule allows everything below a top-level domain that anyone can have names in. */
export const isWholeTopLevel = (rule: string): boolean =>
  rule.startsWith("*") && !/\..*\./.test(rule) && !privateTopLevels.has(rule.replace(/^\*+\./, ""));

const families = [
  { octets: 4, first: 0n, last: 2n ** 32n - 1n },
  // All addresses that are routed on the internet (2000::/3): who allows them allows every address.
  { octets: 16, first: 0x2n << 124n, last: (0x4n << 124n) - 1n },
] as const;
const numberOf = (octets: Iterable<number>): bigint =>
  [...octets].reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);

/** Whether ranges together contain every address of a family, such as its two halves. */
export function coverEveryAddress(texts: readonly string[]): boolean {
  const ranges = texts.flatMap((text) => parseIpRange(text) ?? []);
  return families.some(({ octets, first, last }) => {
    let next: bigint = first;
    const spans = ranges
      .filter(({ address }) => address.length === octets)
      .map(({ address, mask }) => ({
        from: numberOf(address),
        to: numberOf(address.map((octet, at) => octet | (~mask[at]! & 0xff))),
      }))
      .toSorted((one, other) => (one.from < other.from ? -1 : 1));
    for (const { from, to } of spans) if (from <= next && to >= next) next = to + 1n;
    return next > last;
  });
}

const isExactName = (text: string): boolean => isDnsName(text) && !text.startsWith("*");

/** `example.com`, `*.example.com` or `**.example.com`. */
export const dnsRule = z
  .string()
  .trim()
  .toLowerCase()
  .refine((text) => text !== "*", { message: anyNameMessage("**.example.com"), abort: true })
  .refine((text) => isExactName(text.replace(/^\*\*?\./, "")), {
    message:
      "Enter example.com for that name only, *.example.com for one label below it, or **.example.com for anything below it.",
    abort: true,
  })
  .refine((text) => !isWholeTopLevel(text), {
    message:
      "This would allow the names of other organizations below a top-level domain. Enter your own domains, such as **.example.com.",
  });

/** A CIDR range without bits after its prefix, and not of every address. */
export const ipRangeRule = z
  .string()
  .trim()
  .toLowerCase()
  .max(64)
  .transform((text, context) => {
    const range = parseIpRange(text);
    if (range === null) {
      context.addIssue({
        code: "custom",
        message: "Enter a range such as 10.0.0.0/8 or fc00::/7, without bits after the prefix.",
      });
      return z.NEVER;
    }
    const length = Number(text.slice(text.indexOf("/") + 1));
    if (length > 0) return `${formatIp(range.address)}/${length}`;
    context.addIssue({
      code: "custom",
      message: "This range contains every address. Enter the ranges of your networks.",
    });
    return z.NEVER;
  });

export const emailDomainRule = z
  .string()
  .trim()
  .toLowerCase()
  .refine((text) => text !== "*", { message: anyNameMessage("example.com"), abort: true })
  .refine(isExactName, {
    message: "Enter the domain after the @, such as example.com.",
  });

const uriOf = (text: string): string => canonicalName("uri", text).value;

/** A URI that ends in `/` allows everything below it; another one allows itself. */
export const uriRule = z
  .string()
  .refine((text) => text.trim() !== "*", {
    message: anyNameMessage("spiffe://example.com/"),
    abort: true,
  })
  .pipe(
    readable((text) => {
      if (!isUriPrefix(text)) return uriOf(text);
      return text.endsWith("/") ? `${uriOf(text.slice(0, -1))}/` : uriOf(`${text}x`).slice(0, -1);
    }),
  );

const sample = { name: "a", id: "a", kind: "service" };

/** A name template that makes a valid name for an identity whose name is one letter. */
export const nameTemplate = z
  .strictObject({
    type: z.enum(["dns", "email", "uri"]),
    value: z.string().trim().min(1, "Enter a template.").max(512),
  })
  .superRefine((template: NameTemplate, context) => {
    try {
      renderTemplate(template, sample);
    } catch (error) {
      if (!isAppError(error)) throw error;
      context.addIssue({ code: "custom", path: ["value"], message: error.message });
      return;
    }
    if (!template.value.includes("{"))
      context.addIssue({
        code: "custom",
        path: ["value"],
        message:
          "Use a variable such as {identity.name}: every identity would get the same name otherwise.",
      });
  });

export const fixedAttributeTypes = ["O", "OU", "C", "L", "ST"] as const;
