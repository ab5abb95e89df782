import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lintCases } from "@/testing/pki/lint-cases";
import { buildFixture, fixtureContext } from "@/testing/pki/lint-parts";
import { lintTbs } from "./lint-tbs";
import { lints } from "./lints";

const folder = join(import.meta.dirname, "../../../testing/pki/lint");
const fixture = (code: string, name: string): Uint8Array =>
  Uint8Array.from(readFileSync(join(folder, code, `${name}.der`)));
const codesOf = (tbs: Uint8Array, code: string): string[] =>
  lintTbs(tbs, fixtureContext(lintCases[code]!.kind ?? "leaf")).map((finding) => finding.code);

describe("each lint has one fixture that fails it and one that passes", () => {
  test("every lint has its two fixtures, and no fixture is left over", () => {
    const codes = ["lint.der", ...lints.map((lint) => lint.code)].toSorted();
    expect(new Set(codes).size).toBe(codes.length);
    expect(readdirSync(folder).toSorted()).toEqual(codes);
    expect(Object.keys(lintCases).toSorted()).toEqual(codes);
  });

  test.each(Object.keys(lintCases))(
    "%s: the failing fixture fails it and nothing else, the passing one passes everything",
    (code) => {
      expect(codesOf(fixture(code, "fails"), code).toSorted()).toEqual(
        [code, ...(lintCases[code]!.also ?? [])].toSorted(),
      );
      expect(codesOf(fixture(code, "passes"), code)).toEqual([]);
    },
  );

  test.each(Object.entries(lintCases))(
    "%s: the stored fixtures are what their source says",
    (code, { kind = "leaf", fails, passes }) => {
      expect(Buffer.compare(fixture(code, "fails"), buildFixture(kind, fails))).toBe(0);
      expect(Buffer.compare(fixture(code, "passes"), buildFixture(kind, passes))).toBe(0);
    },
  );

  test("each finding names its clause and says what is wrong", () => {
    for (const code of Object.keys(lintCases)) {
      const findings = lintTbs(
        fixture(code, "fails"),
        fixtureContext(lintCases[code]!.kind ?? "leaf"),
      );
      for (const finding of findings) {
        expect(finding.clause).toMatch(/RFC|X\.690|profile/);
        expect(finding.message).toMatch(/[a-z].*\.$/);
      }
    }
  });
});

describe("lintTbs holds against anything", () => {
  const good = buildFixture("leaf", {});
  const context = fixtureContext("leaf");

  test("a certificate cut off anywhere is one finding, never an exception", () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(lintTbs(good.subarray(0, length), context).map((finding) => finding.code)).toEqual([
        "lint.der",
      ]);
    }
  });

  test("no single octet can be changed into something that throws", () => {
    for (let index = 0; index < good.length; index += 1) {
      for (const value of [0xff, good[index]! ^ 0x01]) {
        const changed = good.slice();
        changed[index] = value;
        expect(Array.isArray(lintTbs(changed, context))).toBe(true);
      }
    }
  });

  test("all findings come at once", () => {
    const change = {
      serial: Uint8Array.of(2, 1, 5),
      subject: Uint8Array.of(0x30, 0),
      extensions: { aki: null, keyUsage: null },
    };
    const codes = lintTbs(buildFixture("leaf", change), context).map((finding) => finding.code);
    expect(codes).toEqual([
      "lint.serial-length",
      "lint.authority-key-identifier",
      "lint.key-usage-of-profile",
      "lint.san-critical",
    ]);
  });
});
