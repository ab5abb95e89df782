import { domainToAscii, domainToUnicode } from "@/lib/pki/idn";
import { notCanonical } from "./refuse";

const reserved = /^..--/;

/** An A-label that decodes to something non-ASCII and back to itself (RFC 5891 §4.2.3.1). */
function isTrueALabel(label: string): boolean {
  const decoded = domainToUnicode(label);
  return decoded !== "" && !/^[ -~]*$/.test(decoded) && domainToAscii(decoded) === label;
}

/**
 * Refuses a DNS name (already lower case and in the preferred syntax) that some program reads as
 * another one: a last label that a URL parser takes for an address, and labels with hyphens in
 * places 3 and 4 that are no A-label. Throws AppError `name.not-canonical`.
 */
export function checkDnsName(name: string): void {
  const labels = (name.startsWith("*.") ? name.slice(2) : name).split(".");
  const last = labels.at(-1)!;
  if (/^(\d+|0x[0-9a-f]*)$/.test(last))
    throw notCanonical(name, `Its last label, ${last}, makes it look like an IP address.`);
  for (const label of labels) {
    if (!reserved.test(label)) continue;
    if (!label.startsWith("xn--") || !isTrueALabel(label))
      throw notCanonical(
        name,
        `${label} has hyphens in places 3 and 4, which only an internationalized label (xn--…) may have.`,
      );
  }
}

/**
 * The A-labels of a host that is written in Unicode, `bücher.example` → `xn--bcher-kva.example`
 * (RFC 5890); null for any other text, and for a spelling that isn't the host's own.
 */
export function asciiHost(text: string): string | null {
  const lower = text.toLowerCase();
  if (/^[ -~]*$/.test(lower) || /[\s\p{C}]/u.test(lower) || lower.startsWith("*")) return null;
  const ascii = domainToAscii(lower);
  // What the mapping changes beyond case could be another name for another program.
  return ascii !== "" && domainToUnicode(ascii) === lower.normalize("NFC") ? ascii : null;
}

/** `*.a.example` → `a.example`; null for any other name. */
export const wildcardParent = (name: string): string | null =>
  name.startsWith("*.") ? name.slice(2) : null;
