import { splitQuoted } from "@/lib/custody/forwarded/split-quoted";

/** An element of Envoy's X-Forwarded-Client-Cert, as far as it is read. */
export type XfccElement = Readonly<{ hash: string | undefined; cert: string | undefined }>;

const pair = /^([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^";,\\]*))$/;
/** What may stand once in an element; DNS and URI may stand several times. */
const single = new Set(["by", "hash", "cert", "chain", "subject"]);

function readElement(text: string): XfccElement | null {
  const fields = new Map<string, string>();
  for (const part of splitQuoted(text, ";") ?? [""]) {
    const [, name, quoted, bare] = pair.exec(part.trim()) ?? [],
      key = name?.toLowerCase();
    // Envoy quotes a certificate always, and names out of it (URI, DNS) never: a bare one is the text of such a name.
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
 * The last element of the header, the one that the proxy itself has written; null for a header that is malformed anywhere, or says a thing
 * twice. All of it is looked at: an open quote in what a client wrote would turn what is quoted and what is not around, up to the end.
 */
export function lastXfccElement(text: string): XfccElement | null {
  const elements = (splitQuoted(text, ",") ?? [""]).map(readElement);
  return elements.includes(null) ? null : (elements.at(-1) ?? null);
}
