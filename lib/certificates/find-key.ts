import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { sha256Hex } from "@/lib/format/hash";
import type { Deps } from "@/lib/runtime/deps";
import { countMatching } from "./list-matching";
import { findKeyRow } from "./certificate-repository";
import { readPublicKey } from "./read-public-key";
import type { KeyOfText } from "./schema";

/**
 * The public key of a text, which is a public key, a CSR or a certificate in PEM, and how many
 * certificates have it. A private key is refused, and is neither kept nor recorded. Errors:
 * `key.unreadable`, `key.private`.
 */
export async function findKey(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { text }: Readonly<{ text: string }>,
): Promise<KeyOfText> {
  if (authorize(actor, "certificates.read") !== "all")
    throw new AppError("forbidden", "Your role does not allow this (certificates.read of all).");
  const keySha256 = sha256Hex(readPublicKey(text));
  const [certificates, row] = await Promise.all([
    countMatching(deps, { key: keySha256 }),
    findKeyRow(deps.db, Buffer.from(keySha256, "hex")),
  ]);
  return { keySha256, certificates, blocked: row?.blocked ?? false };
}
