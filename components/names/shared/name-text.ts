import type { HeldNameDto, NameInput } from "@/lib/identities/schema";

type NameType = NameInput["type"];

export const nameTypeLabels: Readonly<Record<HeldNameDto["type"], string>> = {
  dns: "DNS",
  ip: "IP",
  uri: "URI",
  email: "Email",
  cn: "CN",
  legacy: "Other",
};

/** The type that a name most likely has, while it is typed. */
export function guessNameType(text: string): NameType {
  const value = text.trim();
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|urn:)/i.test(value)) return "uri";
  if (value.includes("@")) return "email";
  if (
    /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?$/.test(value) ||
    /^[0-9a-f]*:[0-9a-f:.]*(?:\/\d+)?$/i.test(value)
  )
    return "ip";
  return "dns";
}

/** The pattern that a typed name is; null for one exact name. */
function patternOf(type: NameType, text: string): Exclude<HeldNameDto["form"], "exact"> | null {
  const value = text.trim();
  if (type === "dns" && /^\*\..+\../.test(value)) return "wildcard";
  if (type === "uri" && /.\/\*$/.test(value)) return "prefix";
  return type === "ip" && /.\/\d+$/.test(value) ? "network" : null;
}

/**
 * What certificates can carry because of a pattern, to finish a sentence; null for one exact name.
 */
export function describeReach(type: NameType, text: string): string | null {
  const value = text.trim();
  switch (patternOf(type, value)) {
    case "wildcard":
      return `any name directly below ${value.slice(2)}, and ${value} itself`;
    case "prefix":
      return `any URI below ${value.slice(0, -1)}`;
    case "network":
      return `any address in ${value}`;
    case null:
      return null;
  }
}

const formLabels: Readonly<Record<HeldNameDto["form"], string>> = {
  exact: "This name only",
  wildcard: "Any name directly below",
  prefix: "Any URI below",
  network: "Any address in it",
};

/** The form of a held name in words, for a table. */
export const describeForm = ({ type, form }: Pick<HeldNameDto, "type" | "form">): string =>
  type === "legacy" ? "As in earlier certificates" : formLabels[form];

const originLabels: Readonly<Record<string, string>> = {
  identity: "Its own name",
  issue: "Added when issuing",
  edit: "Added by a user",
  setup: "Added at setup",
  upgrade: "From earlier certificates",
  import: "Imported",
  transfer: "Transferred",
  template: "From a profile",
};

/** How an identity got a name. */
export const describeOrigin = (origin: string): string => originLabels[origin] ?? origin;
