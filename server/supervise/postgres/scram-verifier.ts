import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096;

/** What PostgreSQL stores for a password (RFC 5803), so that the password itself never stands in a statement or a log. */
export function makeScramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, ITERATIONS, 32, "sha256");
  const mac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const storedKey = createHash("sha256").update(mac(salted, "Client Key")).digest("base64");
  const serverKey = mac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** A fresh password for a database role: 256 random bits that need no quoting in a URL. */
export function makePassword(): string {
  return randomBytes(32).toString("base64url");
}
