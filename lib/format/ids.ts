/** Prefixes of ids; the prefix shows what an id refers to. */
export type IdPrefix =
  | "org"
  | "ca"
  | "key"
  | "prf"
  | "idn"
  | "nam"
  | "shr"
  | "req"
  | "crt"
  | "crl"
  | "ent"
  | "alr"
  | "usr"
  | "ses"
  | "tok"
  | "inv"
  | "exp"
  | "pol"
  | "prx"
  | "exc"
  | "dst"
  | "dlv"
  | "eab"
  | "acc"
  | "ord"
  | "azn"
  | "vew"
  | "ens"
  | "lgn"
  | "cap"
  | "blk";

/** An id of that kind: `prefix_` and 26 characters. */
export type Id<P extends IdPrefix> = `${P}_${string}`;
export type EntryId = Id<"ent">;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

const timeChars = 10;

/** When an ID was made, in milliseconds since 1970; null for a text that is none of ours. */
export function timeOfId(id: string): number | null {
  const head = id.slice(id.indexOf("_") + 1).slice(0, timeChars);
  let time = 0;
  for (const char of head) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return null;
    time = time * 32 + digit;
  }
  return head.length === timeChars ? time : null;
}

/** `prefix_` and 26 characters: 48 bits of time in milliseconds, 80 random bits; sorts by time. */
export function newId<P extends IdPrefix>(
  prefix: P,
  now: Date,
  randomBytes: (n: number) => Uint8Array,
): Id<P> {
  let time = now.getTime();
  let head = "";
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head;
    time = Math.floor(time / 32);
  }
  let tail = "";
  let bits = 0;
  let value = 0;
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
