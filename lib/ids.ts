/** Prefixes of ids; the prefix names the noun wherever an id turns up. */
export type IdPrefix =
  | "org"
  | "ca"
  | "key"
  | "prf"
  | "idn"
  | "req"
  | "crt"
  | "crl"
  | "ent"
  | "alr"
  | "usr"
  | "ses"
  | "tok"
  | "exp"
  | "pol"
  | "prx"
  | "exc"
  | "dst"
  | "dlv";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** `prefix_` and 26 characters: 48 bits of time in milliseconds, 80 random bits; sorts by time. */
export function newId(prefix: IdPrefix, now: Date, randomBytes: (n: number) => Uint8Array): string {
  let time = now.getTime(),
    head = "";
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head;
    time = Math.floor(time / 32);
  }
  let tail = "",
    bits = 0,
    value = 0;
  for (const byte of randomBytes(10)) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      tail += alphabet[(value >> bits) & 31];
    }
  }
  return `${prefix}_${head}${tail}`;
}
