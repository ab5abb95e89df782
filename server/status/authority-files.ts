import { sha256 } from "@/lib/format/hash";
import { toPem } from "@/lib/pki/pem";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { ServedAuthority } from "@/lib/status/types";
import type { Resource } from "@/server/http/resource";
import { certsOnly } from "./certs-only";

/** All files under `/ca/`, made once for each set of CAs. */
export function makeAuthorityFiles(index: AuthorityIndex): ReadonlyMap<string, Resource> {
  const files = new Map<string, Resource>();
  for (const authority of index.all) {
    const chain = index.chainOf(authority),
      own = authority.certificateDer;
    const add = (path: string, type: string, body: Uint8Array) =>
      files.set(`/ca/${authority.slug}${path}`, resourceOf(authority, type, body));
    add(".cer", "application/pkix-cert", own);
    add(".pem", "application/x-pem-file", pemOf([authority]));
    add(
      ".p7c",
      "application/pkcs7-mime; smime-type=certs-only",
      certsOnly(chain.map((link) => link.certificateDer)),
    );
    // Clients already trust the root, so a chain ends below it, unless the root itself is requested.
    add(
      "/chain.pem",
      "application/x-pem-file",
      pemOf(chain.length === 1 ? chain : chain.slice(0, -1)),
    );
  }
  return files;
}

const pemOf = (authorities: readonly ServedAuthority[]): Uint8Array =>
  Buffer.from(
    authorities.map((authority) => toPem("CERTIFICATE", authority.certificateDer)).join(""),
  );

function resourceOf(authority: ServedAuthority, type: string, body: Uint8Array): Resource {
  const etag = `"${sha256(body).toString("base64url")}"`;
  return {
    type,
    body,
    etag,
    lastModified: authority.issuer.notBefore,
    expires: authority.issuer.notAfter,
    maxAge: 3600,
  };
}
