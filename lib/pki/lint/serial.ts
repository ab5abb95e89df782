import { checkInteger } from "@/lib/pki/der-reader";
import { parseProblem, type Lint } from "./lint";

export const serialLints: readonly Lint[] = [
  {
    code: "lint.serial-positive",
    clause: "RFC 5280 §4.1.2.2",
    check: ({ serial }) =>
      serial.length > 0 && serial[0]! < 0x80 && serial.some((octet) => octet !== 0)
        ? null
        : "The serial number is zero or negative.",
  },
  {
    code: "lint.serial-length",
    clause: "RFC 5280 §4.1.2.2",
    // 16 octets hold the random bits; 19 keep the encoding within the 20 that the RFC allows,
    // whatever the first bit.
    check: ({ serial }) =>
      serial.length >= 16 && serial.length <= 19
        ? null
        : `The serial number has ${serial.length} octets; 16 to 19 are used here.`,
  },
  {
    code: "lint.serial-form",
    clause: "X.690 §8.3.2",
    check: ({ serial }) =>
      parseProblem(() => checkInteger(serial, "the serial number", { position: 0 })) === null
        ? null
        : "The serial number is not in its shortest form.",
  },
];
