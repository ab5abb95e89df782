import { isAppError } from "@/lib/errors/app-error";
import { isDnsName, parseGeneralName } from "@/lib/pki/general-names";
import type { GeneralName, GeneralNameType } from "@/lib/pki/types";
import { invalidName, notCanonical } from "./refuse";

const maxCharacters = 64;
/** What separates names or attributes in some program's text form of a subject. */
const separators = /[*,;=+"\\<>/#]/;

/**
 * A common name in the one form that it is compared in: NFC, single spaces, no character that a
 * text form of a name gives a meaning. Throws AppError `name.not-canonical`, `name.invalid`.
 */
export function canonicalCommonName(text: string): string {
  if (text === "" || Array.from(text).length > maxCharacters)
    throw invalidName(text, `A common name has 1 to ${maxCharacters} characters.`);
  if (/\p{C}/u.test(text)) throw notCanonical(text, "Remove control and invisible characters.");
  if (text !== text.normalize("NFC"))
    throw notCanonical(text, "Write its letters composed (Unicode NFC).");
  if (text !== text.trim() || /\s\s|[^\S ]/u.test(text))
    throw notCanonical(text, "Use single spaces, and none at the beginning or end.");
  if (separators.test(text))
    throw notCanonical(text, 'Leave out * , ; = + " \\ < > / and #: some programs split at them.');
  if (text.endsWith(".") && isDnsName(text.slice(0, -1).toLowerCase()))
    throw notCanonical(
      text,
      "Leave out the dot at the end: some programs ignore it in a hostname.",
    );
  return text;
}

function asName(type: GeneralNameType, text: string): GeneralName | null {
  try {
    return parseGeneralName(type, text);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return null;
  }
}

/**
 * The subjectAltName entry that a verifier which falls back to the common name would take it for;
 * null if it takes it for none. A single label is a host here: `CN=edge` identifies the host edge.
 */
export function commonNameReadsAs(text: string): GeneralName | null {
  const lower = text.toLowerCase();
  if (isDnsName(lower)) return { type: "dns", value: lower };
  return asName("ip", text) ?? asName("email", text) ?? asName("uri", text);
}

/** Whether a common name looks like a name of another type: a host with a dot, an address, … */
export function looksLikeAnotherType(text: string): boolean {
  const read = commonNameReadsAs(text);
  return read !== null && (read.type !== "dns" || read.value.includes("."));
}
