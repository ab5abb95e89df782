/** Without characters that people mistake for each other. */
const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const groups = 5;
const groupLength = 5;

/**
 * A password of 25 characters in five groups, more than 140 bits: `random` fills an array with
 * random octets.
 */
export function makePassword(random: (octets: Uint8Array<ArrayBuffer>) => void): string {
  const characters: string[] = [];
  const octet = new Uint8Array(1);
  while (characters.length < groups * groupLength) {
    random(octet);
    // Octets beyond the last whole alphabet would make some characters likelier.
    const at = octet[0]!;
    if (at < 256 - (256 % alphabet.length)) characters.push(alphabet[at % alphabet.length]!);
  }
  return Array.from({ length: groups }, (_none, at) =>
    characters.slice(at * groupLength, (at + 1) * groupLength).join(""),
  ).join("-");
}

const minLength = 8;

/**
 * What keeps a password from protecting a PKCS#12 file; null for none. Programs disagree on how
 * letters beyond ASCII become octets (RFC 7292 appendix B.1 and PKCS#5 differ).
 */
export function findPasswordProblem(password: string): string | null {
  if (!/^[ -~]*$/.test(password))
    return "Use letters, digits and signs of ASCII only: programs read others differently.";
  if (password.length < minLength) return `Use at least ${minLength} characters.`;
  return password.length > 128 ? "Use at most 128 characters." : null;
}
