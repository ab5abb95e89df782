import { secondsOf } from "@/components/forms/duration-text-field";
import { checkedOf, linesOf, numberOf, textOf } from "@/components/forms/form-values";

/**
 * Parses `O=Example` into an attribute of a distinguished name. Without "=" the type is empty,
 * which the schema rejects.
 */
function attributeOf(line: string): { type: string; value: string } {
  const at = line.indexOf("=");
  return at < 0
    ? { type: "", value: line }
    : { type: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
}

/** The type of name that a template makes, by its text. */
function templateType(value: string): "dns" | "email" | "uri" {
  if (/^[a-z][a-z0-9+.-]*:/i.test(value)) return "uri";
  return value.includes("@") ? "email" : "dns";
}

/** Nothing where both are as without a choice, so that saving changes no other profile. */
function acmeOf(form: FormData): object {
  const isChallenged = form.has("rules.acme.challenge");
  const caa = form.has("rules.acme.caa");
  return isChallenged || caa
    ? { acme: { validation: isChallenged ? "challenge" : "held", caa } }
    : {};
}

/** The rules in the form, for `profileRulesInput` to validate. */
export function rulesOf(form: FormData): unknown {
  return {
    kind: "leaf",
    identityKinds: checkedOf(form, "rules.identityKinds"),
    selfService: form.has("rules.selfService"),
    ...acmeOf(form),
    names: linesOf(form, "rules.names").map((value) => ({ type: templateType(value), value })),
    keyAlgorithms: checkedOf(form, "rules.keyAlgorithms"),
    ...(form.has("rules.serverKeys") ? { serverKeys: true } : {}),
    validitySecondsDefault: secondsOf(textOf(form, "rules.validitySecondsDefault")),
    validitySecondsMax: secondsOf(textOf(form, "rules.validitySecondsMax")),
    backdateSeconds: secondsOf(textOf(form, "rules.backdateSeconds")),
    keyUsage: checkedOf(form, "rules.keyUsage"),
    extendedKeyUsage: checkedOf(form, "rules.extendedKeyUsage"),
    subject: {
      commonName: textOf(form, "rules.subject.commonName"),
      commonNameFrom: textOf(form, "rules.subject.commonNameFrom"),
      fixed: textOf(form, "rules.subject.fixed")
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean)
        .map(attributeOf),
    },
    san: {
      types: checkedOf(form, "rules.san.types"),
      min: numberOf(form, "rules.san.min"),
      max: numberOf(form, "rules.san.max"),
      dnsPatterns: linesOf(form, "rules.san.dnsPatterns"),
      wildcards: form.has("rules.san.wildcards"),
      ipRanges: linesOf(form, "rules.san.ipRanges"),
      emailDomains: linesOf(form, "rules.san.emailDomains"),
      uriPrefixes: linesOf(form, "rules.san.uriPrefixes"),
    },
    noRevAvail: form.has("rules.noRevAvail"),
    rotationOverlapSeconds: secondsOf(textOf(form, "rules.rotationOverlapSeconds")),
  };
}

/** The paths whose errors the fields show. */
export const profileFieldNames = [
  "slug",
  "name",
  "description",
  "authority",
  "rules.identityKinds",
  "rules.selfService",
  "rules.names",
  "rules.keyAlgorithms",
  "rules.serverKeys",
  "rules.validitySecondsDefault",
  "rules.validitySecondsMax",
  "rules.backdateSeconds",
  "rules.keyUsage",
  "rules.extendedKeyUsage",
  "rules.subject.commonName",
  "rules.subject.commonNameFrom",
  "rules.subject.fixed",
  "rules.san.types",
  "rules.san.min",
  "rules.san.max",
  "rules.san.dnsPatterns",
  "rules.san.wildcards",
  "rules.san.ipRanges",
  "rules.san.emailDomains",
  "rules.san.uriPrefixes",
  "rules.noRevAvail",
  "rules.rotationOverlapSeconds",
] as const;
