import { createHash } from "node:crypto";
import { toPem } from "@/lib/pki/pem";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { ServedAuthority } from "@/lib/status/types";
import { certsOnly } from "@/server/status/certs-only";
import type { Resource } from "@/server/status/resource";

/** Everything under `/ca/`, made once for each set of authorities. */
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
    // The root is what a client trusts already: a chain ends below it, unless the root is asked for itself.
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
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  return {
    type,
    body,
    etag,
    lastModified: authority.issuer.notBefore,
    expires: authority.issuer.notAfter,
    maxAge: 3600,
  };
}
