import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors/app-error";
import { errorForWire, errorFromWire, makeLineReader, readRequest, writeLine } from "./wire";

describe("a request", () => {
  it("reads back as it was written", () => {
    const request = { method: "signCrl", authorityId: "ca_1", shard: "", number: "12345678901234567890", thisUpdate: 1, nextUpdate: 2 } as const;
    expect(readRequest(writeLine(7, request).trim())).toEqual({ id: 7, request });
  });

  it.each([
    "", "null", "[]", "{}", '{"id":1}', '{"id":"1","method":"ping"}', '{"id":1.5,"method":"ping"}', '{"id":1,"method":"sign","bytes":"AAAA"}', '{"id":1,"method":"createKey","algorithm":"rsa-512"}',
    '{"id":1,"method":"signCertificate"}', '{"id":1,"method":"signCertificate","certificateId":7}', `{"id":1,"method":"signCertificate","certificateId":"${"x".repeat(201)}"}`,
    '{"id":1,"method":"signCrl","authorityId":"a","shard":"","number":"-1","thisUpdate":1,"nextUpdate":2}', '{"id":1,"method":"signCrl","authorityId":"a","shard":"","number":"1","thisUpdate":"now","nextUpdate":2}',
  ])("is refused: %s", (line) => { expect(readRequest(line)).toBeNull(); });
});

describe("an error", () => {
  it("that is expected crosses with its code and kind", () => {
    const crossed = errorForWire(new AppError("signer.no-plan", "no plan", { kind: "conflict" }));
    expect(errorFromWire(crossed.error ?? { code: "", message: "", kind: "" })).toMatchObject({ code: "signer.no-plan", kind: "conflict", message: "no plan" });
  });
  it("that is a bug crosses without its text", () => { expect(JSON.stringify(errorForWire(new Error("password=hunter2")))).not.toContain("hunter2"); });
});

describe("lines", () => {
  it("come out whole however the bytes were cut", () => {
    const text = "one\n\nthree\nfour";
    for (let size = 1; size <= text.length; size++) {
      const lines: string[] = [], read = makeLineReader(100, (line) => lines.push(line));
      for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
      expect(lines).toEqual(["one", "", "three"]);
    }
  });
  it("that never end are refused", () => {
    const read = makeLineReader(10, () => { /* none */ });
    expect(() => { for (let i = 0; i < 20; i++) read("x"); }).toThrow(/too long/);
  });
});
