import { sha256 } from "@/lib/format/hash";
import { createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const iterations = 4096;

/**
 * The form in which PostgreSQL stores a password (RFC 5803), so that the password itself is never
 * in a statement or a log.
 */
export function makeScramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const mac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const storedKey = sha256(mac(salted, "Client Key")).toString("base64");
  const serverKey = mac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** A new password for a database role: 256 random bits that need no escaping in a URL. */
export function makePassword(): string {
  return randomBytes(32).toString("base64url");
}
