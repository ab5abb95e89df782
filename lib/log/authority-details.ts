import type { ChangesDetail } from "./detail-types";

/** The signer's ceiling of a CA key. Lists with `*` allow anything of their kind. */
type CeilingDetail = Readonly<{
  keyId: string;
  version: number;
  reason: "setup" | "upgrade" | "confirmed" | "command";
  dns: readonly string[];
  uri: readonly string[];
  email: readonly string[];
  ip: readonly string[];
  usages: readonly string[];
  maxSeconds: number;
}>;

/** Entries about CAs, their keys, and what the signer is told about them. */
export type AuthorityDetails = {
  /**
   * The signer made a key, of an authority (the target is the key) or of a log. Other entries refer
   * to the key of an authority by its `spkiSha256`.
   */
  "key.created": Readonly<{
    purpose: "authority" | "log";
    algorithm: string;
    spkiSha256?: string;
    publicKey?: string;
  }>;
  /**
   * A public key for which nothing was issued here: no certificate is issued for it from now on. The
   * target is the SHA-256 of its SPKI. `identityId`: whose the key is, if a certificate was requested
   * for it.
   */
  "key.blocked": Readonly<{ identityId: string | null; comment: string }>;
  /**
   * The signer set what a CA may ever sign: at its confirmation, at an upgrade, or by a command on
   * the host, which only widens it.
   */
  "ceiling.set": CeilingDetail;
  /**
   * The certificate of a CA was confirmed past the gateway: by the setup's one-time link or
   * environment, or by a command on the host.
   */
  "authority.confirmed": Readonly<{
    certificateId: string;
    subject: string;
    tbsSha256: string;
    by: "setup" | "host";
    ceiling: CeilingDetail;
  }>;
  "authority.rejected": Readonly<{ certificateId: string; subject: string; tbsSha256: string }>;
  /** An administrator says that a step which nothing in Chancery shows is done. */
  "setup.step-confirmed": Readonly<{ step: string }>;
  "setup.checklist-dismissed": Readonly<Record<string, never>>;
  "setup.granted": Readonly<{ domains: readonly string[]; by: "link" | "environment" }>;
  /**
   * The signer refused what a sound gateway never asks for; the target is the certificate. `count`:
   * how many since the entry before with this code.
   */
  "signer.refused": Readonly<{ code: string; method: string; count: number }>;
  "authority.created": Readonly<{
    slug: string;
    keyAlgorithm: string;
    parentId: string | null;
    spkiSha256: string;
    subject?: string;
    crlPeriodSeconds?: number;
  }>;
  "authority.activated": Readonly<{ certificateId: string; notAfter: string }>;
  "authority.updated": Readonly<{ changes: ChangesDetail }>;
};
