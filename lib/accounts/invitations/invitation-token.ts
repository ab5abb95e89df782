import { sha256 } from "@/lib/format/hash";

const prefix = "chy_inv_";

/** A secret of 32 random bytes; its prefix is masked wherever paths are recorded. */
export const makeInvitationToken = (randomBytes: (n: number) => Uint8Array): string =>
  prefix + Buffer.from(randomBytes(32)).toString("base64url");

/** What is stored of it. It has 256 random bits, so a plain hash cannot be guessed back. */
export const hashInvitationToken = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(sha256(token));

/**
 * The path of the page on which a user sets their password. The secret is the fragment, which
 * browsers send to no server, so no log of a proxy or server ever holds it.
 */
export const invitationPath = (token: string): string => `/invitation#${token}`;
