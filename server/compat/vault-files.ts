import { wholeCrl } from "@/lib/authorities/schema";
import { AppError } from "@/lib/errors/app-error";
import { toPem } from "@/lib/pki/pem";
import type { ServedAuthority } from "@/lib/status/types";
import { type CompatAnswer, fileAnswer } from "./answer";
import type { CompatSources } from "./compat-call";
import type { VaultFile } from "./find-call";
import { vaultAnswer } from "./vault-answers";

/** The mount that stands for the only authority that issues. */
export const defaultMount = "pki";

/**
 * The authority of a mount: the one of this slug, or for `pki` the only active one that others don't
 * sign below. Errors: `compat.unknown-authority`.
 */
function findMount({ authorities }: CompatSources, mount: string): ServedAuthority {
  const { all, bySlug } = authorities.index();
  const own = bySlug(mount);
  if (own !== null) return own;
  const parents = new Set(all.map(({ id, parentId }) => (parentId === id ? null : parentId)));
  const issuing = all.filter(({ id, status }) => status === "active" && !parents.has(id));
  const [only] = issuing;
  if (mount === defaultMount && only !== undefined && issuing.length === 1) return only;
  throw new AppError(
    "compat.unknown-authority",
    mount === defaultMount && issuing.length > 1
      ? `pki could be ${issuing.map(({ slug }) => slug).join(" or ")}. Use the slug of the CA as the mount.`
      : `There is no CA ${mount}. Use the slug of a CA as the mount.`,
  );
}

/** What anyone may read of a CA, as Vault writes it. Errors: `compat.unknown-authority`. */
export function readVaultFile(
  sources: CompatSources,
  requestId: string,
  { mount, file }: Readonly<{ mount: string; file: VaultFile }>,
): CompatAnswer {
  const authority = findMount(sources, mount);
  const chain = sources.authorities.index().chainOf(authority);
  const pem = (links: readonly ServedAuthority[]): string =>
    links.map(({ certificateDer }) => toPem("CERTIFICATE", certificateDer)).join("");
  switch (file) {
    case "ca":
      return fileAnswer("application/pkix-cert", authority.certificateDer);
    case "ca/pem":
      return fileAnswer("application/pem-certificate-chain", pem([authority]));
    case "ca_chain":
      return fileAnswer("application/pem-certificate-chain", pem(chain));
    case "cert/ca":
      return inJson(requestId, pem([authority]));
    case "cert/ca_chain":
      return inJson(requestId, pem(chain));
    case "crl":
      return fileAnswer("application/pkix-crl", crlOf(sources, authority));
    case "crl/pem":
      return fileAnswer("application/x-pem-file", toPem("X509 CRL", crlOf(sources, authority)));
    case "cert/crl":
      return inJson(requestId, toPem("X509 CRL", crlOf(sources, authority)));
  }
}

const inJson = (requestId: string, pem: string): CompatAnswer =>
  vaultAnswer(requestId, { data: { certificate: pem.trimEnd(), revocation_time: 0 } });

function crlOf({ crls }: CompatSources, { id, slug }: ServedAuthority): Uint8Array {
  const crl = crls.find(id, wholeCrl);
  if (crl !== null) return crl.body;
  throw new AppError("status.unavailable", `There is no valid CRL of ${slug} right now.`, {
    retryAfterSeconds: 2,
  });
}
