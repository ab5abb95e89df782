import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";

/** Private values that anyone tries first: counted from 1, and one octet repeated. */
const countedTo = 1024;

function guesses(length: number): Buffer[] {
  const counted = Array.from({ length: countedTo }, (_, index) => {
    const value = Buffer.alloc(length);
    value.writeUInt32BE(index + 1, length - 4);
    return value;
  });
  const repeated = Array.from({ length: 256 }, (_, octet) => Buffer.alloc(length, octet));
  return [...counted, ...repeated];
}

function ecCoordinates(curve: string, length: number): ReadonlySet<string> {
  const ecdh = createECDH(curve);
  return new Set(
    guesses(length).flatMap((value) => {
      try {
        ecdh.setPrivateKey(value);
        return [
          ecdh
            .getPublicKey()
            .subarray(1, 1 + length)
            .toString("hex"),
        ];
      } catch {
        // Zero, or not below the order of the curve: no key has it.
        return [];
      }
    }),
  );
}

const ed25519Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

function edPoints(): ReadonlySet<string> {
  const littleEndian = guesses(32).map((value) => Buffer.from(value).reverse());
  return new Set(
    [...guesses(32), ...littleEndian].map((seed) => {
      const key = createPrivateKey({
        key: Buffer.concat([ed25519Prefix, seed]),
        format: "der",
        type: "pkcs8",
      });
      const der = createPublicKey(key).export({ format: "der", type: "spki" });
      return der.subarray(-32).toString("hex");
    }),
  );
}

const known = new Map<string, ReadonlySet<string>>();

function knownFor(name: string, make: () => ReadonlySet<string>): ReadonlySet<string> {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}

const ecCurves = {
  "ecdsa-p256": ["prime256v1", 32],
  "ecdsa-p384": ["secp384r1", 48],
} as const;

/**
 * Whether an uncompressed point has a private value that anyone tries first, or its negative, which
 * has the same first coordinate. The table is made once for each curve, in some 100 ms.
 */
export function isGuessablePoint(algorithm: string, point: Uint8Array): boolean {
  const curve = ecCurves[algorithm as keyof typeof ecCurves] as
    | (typeof ecCurves)[keyof typeof ecCurves]
    | undefined;
  if (curve === undefined) return false;
  const [name, length] = curve;
  const x = Buffer.from(point.subarray(1, 1 + length)).toString("hex");
  return knownFor(algorithm, () => ecCoordinates(name, length)).has(x);
}

/** The same for an Ed25519 point, whose seed may be written in either order of octets. */
export const isGuessableEd25519 = (point: Uint8Array): boolean =>
  knownFor("ed25519", edPoints).has(Buffer.from(point).toString("hex"));
