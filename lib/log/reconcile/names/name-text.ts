import { maskSecrets } from "@/lib/format/mask-secrets";
import { covers, coversHeldName } from "@/lib/pki/held-names/covers";
import {
  asHeldName,
  describeHeldName,
  type CertificateName,
  type HeldName,
  type NameType,
} from "@/lib/pki/held-names/held-name";
import type { HeldNameRow } from "@/lib/pki/held-names/carried-name";

const loneSurrogate = /\p{Surrogate}/gu;
/** Entries truncate texts after 4,000 characters. */
const maxChars = 3_900;

/**
 * A name as entries have it, which mask what looks like a secret of Chancery, also in a URI or
 * mailbox that an identity may hold, and truncate what is longer than any name.
 */
export const nameKey = (text: string): string =>
  maskSecrets(text).slice(0, maxChars).replace(loneSurrogate, "\uFFFD");

/** Whether several names may have this text, so that it doesn't say which of them is meant. */
export const isMasked = (text: string): boolean => text.includes("chy_…");

/** A row of names as entries write it: `DNS:pay.example.com`. */
export function rowText({ type, form, value }: HeldNameRow): string {
  const text = type === "legacy" ? value : describeHeldName({ type, form, value });
  return nameKey(text) + (isUsualForm({ type, form, value }) ? "" : ` (as ${type} ${form})`);
}

/** Whether the form, by which a row covers other names, is the one that its text shows. */
function isUsualForm({ type, form, value }: HeldNameRow): boolean {
  if (type === "legacy") return form === "exact";
  if (form === "prefix") return type === "uri" && value.endsWith("/");
  if (form === "network") return type === "ip" && value.includes("/");
  return form === asHeldName({ type, value }).form;
}

const typeOfLabel: Readonly<Record<string, NameType>> = {
  DNS: "dns",
  IP: "ip",
  URI: "uri",
  email: "email",
  CN: "cn",
};

/** The name that an entry's text stands for; null for one from before names were bound. */
export function parseHeldText(text: string): HeldName | null {
  const colon = text.indexOf(":");
  const type = typeOfLabel[text.slice(0, colon)];
  const value = text.slice(colon + 1);
  if (type === undefined) return null;
  if (type === "uri" && value.endsWith("/*"))
    return { type, form: "prefix", value: value.slice(0, -1) };
  if (type === "ip" && value.includes("/")) return { type, form: "network", value };
  return asHeldName({ type, value });
}

/** Whether a name that is held could cover others than those written like it. */
export const isPattern = (text: string): boolean =>
  text.includes("*") ||
  text.startsWith("email:") ||
  text.startsWith("CN:") ||
  (text.startsWith("IP:") && text.includes("/"));

/** Whether holding the one allows a certificate with the other. */
export function textCovers(held: string, name: CertificateName): boolean {
  const parsed = parseHeldText(held);
  return parsed !== null && covers(parsed, name);
}

/** Whether holding the one gives everything that the other would, so that it needs no row. */
export function textCoversHeld(held: string, other: string): boolean {
  const [one, two] = [parseHeldText(held), parseHeldText(other)];
  return one !== null && two !== null && coversHeldName(one, two);
}
