import { AppError } from "@/lib/errors/app-error";

/**
 * A new serial number: 16 octets, the first from 01 to 7F, so positive and of constant length, with
 * more than 126 random bits (RFC 5280 §4.1.2.2). `random(n)` returns n octets from a cryptographic
 * generator.
 */
export function makeSerial(random: (length: number) => Uint8Array): Uint8Array {
  for (let attempt = 0; attempt < 64; attempt += 1) {
    const serial = Uint8Array.from(random(16));
    if (serial.length !== 16)
      throw new RangeError("the random source returned the wrong number of octets");
    serial[0] = serial[0]! & 0x7f;
    if (serial[0] !== 0) return serial;
  }
  throw new RangeError("the random source returns zeros");
}

/**
 * Lower-case hex, two digits an octet, no separators: the form of the database, the API and the
 * log.
 */
export function formatSerial(serial: Uint8Array): string {
  return Buffer.from(serial.buffer, serial.byteOffset, serial.length).toString("hex");
}

/**
 * Reads hex as people copy it (colons, spaces, capitals, 0x allowed) into 1 to 20 octets. Throws
 * AppError `serial.invalid`.
 */
export function parseSerial(text: string): Uint8Array {
  const hex = text.trim().replace(/^0x/i, "").replace(/[:\s]/g, "").toLowerCase();
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const short = even.replace(/^(00)+(?=..)/, "");
  if (!/^[0-9a-f]{2,40}$/.test(short)) {
    throw new AppError(
      "serial.invalid",
      "This is not a serial number. Use hexadecimal, 1 to 20 octets, such as 4f:1a:9c or 4f1a9c.",
    );
  }
  return Uint8Array.from(Buffer.from(short, "hex"));
}
