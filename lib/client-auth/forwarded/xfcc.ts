import { splitQuoted } from "./split-quoted";

/** The fields that are read from an element of Envoy's X-Forwarded-Client-Cert. */
export type XfccElement = Readonly<{ hash: string | undefined; cert: string | undefined }>;

const pair = /^([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^";,\\]*))$/;
/** Fields that may occur once in an element; DNS and URI may occur several times. */
const single = new Set(["by", "hash", "cert", "chain", "subject"]);

function readElement(text: string): XfccElement | null {
  const fields = new Map<string, string>();
  for (const part of splitQuoted(text, ";") ?? [""]) {
    const [, name, quoted, bare] = pair.exec(part.trim()) ?? [],
      key = name?.toLowerCase();
    // Envoy always quotes a certificate and never quotes the names in it (URI, DNS): an unquoted
    // cert is text from such a name.
    if (
      key === undefined ||
      (single.has(key) && fields.has(key)) ||
      (key === "cert" && quoted === undefined)
    )
      return null;
    fields.set(key, quoted?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
  }
  return { hash: fields.get("hash"), cert: fields.get("cert") };
}

/**
 * The last element of the header, which the proxy itself wrote; null if the header is malformed
 * anywhere or repeats a field. The whole header is checked, because an unbalanced quote written by
 * a client would invert what is quoted up to the end.
 */
export function lastXfccElement(text: string): XfccElement | null {
  const elements = (splitQuoted(text, ",") ?? [""]).map(readElement);
  return elements.includes(null) ? null : (elements.at(-1) ?? null);
}
