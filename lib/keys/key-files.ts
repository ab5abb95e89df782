import { fromPem, toPem } from "@/lib/pki/pem";

/** A certificate as it was issued: PEM of itself, and of its chain without the root. */
export type IssuedFiles = Readonly<{ pem: string; chainPem: string }>;

const ended = (pem: string): string => (pem === "" ? "" : `${pem.trimEnd()}\n`);

/** The private key as PEM (RFC 5958), not encrypted. */
export const keyPem = (pkcs8: Uint8Array): string => toPem("PRIVATE KEY", pkcs8);

/** The private key of `keyPem` as PKCS#8 in DER. Throws AppError `pem.malformed`. */
export const keyDer = (pem: string): Uint8Array =>
  fromPem(pem, "PRIVATE KEY")[0] ?? new Uint8Array();

/** The certificate and its chain, as servers send them. */
export const chainPem = (files: IssuedFiles): string => ended(files.pem) + ended(files.chainPem);

/** Key, certificate and chain in one file. */
export const wholePem = (pkcs8: Uint8Array, files: IssuedFiles): string =>
  keyPem(pkcs8) + chainPem(files);

/** The certificate and its chain in DER. Throws AppError `pem.malformed`. */
export const chainDer = (files: IssuedFiles): Uint8Array[] =>
  fromPem(chainPem(files), "CERTIFICATE");
