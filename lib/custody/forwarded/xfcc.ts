import { splitQuoted } from "@/lib/custody/forwarded/split-quoted";

/** An element of Envoy's X-Forwarded-Client-Cert, as far as it is read. */
export type XfccElement = Readonly<{ hash: string | undefined; cert: string | undefined }>;

const pair = /^([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^";,\\]*))$/;

/** The last element of the header, the one that the proxy itself has written; null for a header that is malformed anywhere, or says a thing twice. */
export function lastXfccElement(text: string): XfccElement | null {
  const fields = new Map<string, string>();
  for (const part of splitQuoted(splitQuoted(text, ",")?.at(-1) ?? "", ";") ?? [""]) {
    const match = pair.exec(part.trim()), key = match?.[1]?.toLowerCase();
    if (key === undefined || (single.has(key) && fields.has(key))) return null;
    fields.set(key, match?.[2]?.replaceAll(/\\(.)/g, "$1") ?? match?.[3] ?? "");
  }
  return { hash: fields.get("hash"), cert: fields.get("cert") };
}

/** What may stand once in an element; DNS and URI may stand several times. */
const single = new Set(["by", "hash", "cert", "chain", "subject"]);
