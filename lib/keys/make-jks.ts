import { asciiBytes, nullValue, octetString, oid, sequence } from "@/lib/pki/der";

export type JksInput = Readonly<{
  /** The name of the entry. */
  alias: string;
  /** PKCS#8 in DER. */
  pkcs8: Uint8Array;
  /** In DER: the certificate of the key first, then its chain. */
  certificates: readonly Uint8Array[];
  /** Checked by `findPasswordProblem`. Of the file and of the key. */
  password: string;
  /** 20 random octets. */
  salt: Uint8Array;
  /** What the entry has as its time. */
  createdAt: Date;
}>;

const magic = 0xfeedfeed;
const version = 2;
const keyEntry = 1;
/** Of Java's own protection of keys, which only this format has. */
const keyProtector = "1.3.6.1.4.1.42.2.17.1.1";
const hashLength = 20;

/**
 * A Java keystore of the type JKS with one key and its chain, for programs that read no PKCS#12.
 * Its protection is Java's own from 1996, on SHA-1 without iterations: the file has to be kept as
 * safe as the key. Nothing newer exists in this format.
 */
export async function makeJks(crypto: Crypto, input: JksInput): Promise<Uint8Array> {
  const password = utf16(input.password);
  const key = await protect(crypto, input, password);
  const body = join(
    u32(magic),
    u32(version),
    u32(1),
    u32(keyEntry),
    utf(aliasOf(input.alias)),
    u64(input.createdAt.getTime()),
    sized(key),
    u32(input.certificates.length),
    ...input.certificates.map((der) => join(utf("X.509"), sized(der))),
  );
  return join(body, await sha1(crypto, password, asciiBytes("Mighty Aphrodite"), body));
}

/** Java looks aliases up in lowercase; other letters than these are written differently. */
const aliasOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9.*_-]+/g, "_")
    .slice(0, 200) || "key";

/** The key under a keystream of repeated digests, with a random beginning and a digest to check. */
async function protect(
  crypto: Crypto,
  { pkcs8, salt }: Pick<JksInput, "pkcs8" | "salt">,
  password: Uint8Array,
): Promise<Uint8Array> {
  const hidden = new Uint8Array(pkcs8.length);
  let stream = salt;
  for (let at = 0; at < pkcs8.length; at += 1) {
    const place = at % hashLength;
    if (place === 0) stream = await sha1(crypto, password, stream);
    hidden[at] = (pkcs8[at] ?? 0) ^ (stream[place] ?? 0);
  }
  const check = await sha1(crypto, password, pkcs8);
  return sequence(sequence(oid(keyProtector), nullValue()), octetString(join(salt, hidden, check)));
}

const sha1 = async (crypto: Crypto, ...parts: readonly Uint8Array[]): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-1", join(...parts)));

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

const sized = (bytes: Uint8Array): Uint8Array => join(u32(bytes.length), bytes);

/** As Java's DataOutput writes ASCII. */
function utf(text: string): Uint8Array {
  const bytes = asciiBytes(text);
  return join(new Uint8Array([bytes.length >> 8, bytes.length & 0xff]), bytes);
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at));
  return bytes;
}
