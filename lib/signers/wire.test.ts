import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors/app-error";
import {
  errorForWire,
  errorFromWire,
  makeAnswerReader,
  makeLineReader,
  readRemembered,
  readRequest,
  writeAnswer,
  writeLine,
  writeRemembered,
} from "./wire";

describe("a request", () => {
  test("reads back as it was written", () => {
    const request = {
      method: "signCrl",
      authorityId: "ca_1",
      shard: "",
    } as const;
    expect(readRequest(writeLine(7, request).trim())).toEqual({ id: 7, request });
  });

  test("for a CRL carries no number and no times, whatever a caller adds", () => {
    const line =
      '{"id":1,"method":"signCrl","authorityId":"ca_1","shard":"","number":"9","thisUpdate":1,"nextUpdate":2,"entries":[]}';
    expect(readRequest(line)).toEqual({
      id: 1,
      request: { method: "signCrl", authorityId: "ca_1", shard: "" },
    });
  });

  test("what the signer remembers reads back as it was written", () => {
    const remembered = [
      {
        serial: Buffer.from("01ff", "hex"),
        reason: "keyCompromise" as const,
        revokedAt: new Date("2026-11-29T01:02:03.456Z"),
        invalidityDate: new Date("2026-11-01T00:00:00Z"),
      },
      {
        serial: Buffer.from("7f00", "hex"),
        reason: "certificateHold" as const,
        revokedAt: new Date("2026-11-29T01:02:03Z"),
        invalidityDate: null,
      },
    ];
    expect(readRemembered(writeRemembered(remembered))).toEqual(remembered);
  });

  test.each([
    {
      method: "signCheckpoint",
      origin: "ca.example.com/log/0a1b2c3d",
      size: 9_007_199_254_740_991,
      rootHex: "0f".repeat(32),
      oldSize: 0,
      proof: [`${"A".repeat(43)}=`],
    },
    { method: "createLogKey", origin: "ca.example.com/log/0a1b2c3d" },
    { method: "remembered", origin: "ca.example.com/log/0a1b2c3d" },
    { method: "rememberedAll" },
  ] as const)("about the log reads back as it was written: $method", (request) => {
    expect(readRequest(writeLine(7, request).trim())).toEqual({ id: 7, request });
  });

  test.each([
    { size: -1 },
    { size: 1.5 },
    { size: "9" },
    { size: 2 ** 53 },
    { oldSize: null },
    { rootHex: "0F".repeat(32) },
    { rootHex: "0f".repeat(31) },
    { rootHex: 7 },
    { origin: "x".repeat(201) },
    { origin: 7 },
    { proof: "AAAA" },
    { proof: ["AAAA"] },
    { proof: [7] },
    { proof: Array.from({ length: 64 }, () => `${"A".repeat(43)}=`) },
    { proof: undefined },
  ])("to sign a checkpoint is refused with %j", (over) => {
    const request = {
      id: 1,
      method: "signCheckpoint",
      origin: "ca.example.com/log/0a1b2c3d",
      size: 9,
      rootHex: "0f".repeat(32),
      oldSize: 0,
      proof: [],
    };
    expect(readRequest(JSON.stringify(request))).not.toBeNull();
    expect(readRequest(JSON.stringify({ ...request, ...over }))).toBeNull();
  });

  test("with the longest proof there is fits the line that the signer reads", () => {
    const proof = Array.from({ length: 63 }, () => `${"A".repeat(43)}=`),
      origin = "x".repeat(200);
    expect(
      writeLine(Number.MAX_SAFE_INTEGER, {
        method: "signCheckpoint",
        origin,
        size: Number.MAX_SAFE_INTEGER,
        rootHex: "0f".repeat(32),
        oldSize: Number.MAX_SAFE_INTEGER - 1,
        proof,
      }).length,
    ).toBeLessThan(4096);
  });

  test.each([
    "",
    "null",
    "[]",
    "{}",
    '{"id":1}',
    '{"id":"1","method":"ping"}',
    '{"id":1.5,"method":"ping"}',
    '{"id":1,"method":"sign","bytes":"AAAA"}',
    '{"id":1,"method":"createKey","algorithm":"rsa-512"}',
    '{"id":1,"method":"signCertificate"}',
    '{"id":1,"method":"signCertificate","certificateId":7}',
    `{"id":1,"method":"signCertificate","certificateId":"${"x".repeat(201)}"}`,
    '{"id":1,"method":"signCrl","authorityId":"a"}',
    '{"id":1,"method":"signCrl","authorityId":"a","shard":7}',
    '{"id":1,"method":"signCrl","authorityId":["a"],"shard":""}',
  ])("is refused: %s", (line) => {
    expect(readRequest(line)).toBeNull();
  });
});

describe("an error", () => {
  test("that is expected crosses with its code and kind", () => {
    const crossed = errorForWire(new AppError("signer.no-plan", "no plan"));
    expect(errorFromWire(crossed.error ?? { code: "", message: "" })).toMatchObject({
      code: "signer.no-plan",
      kind: "conflict",
      message: "no plan",
    });
  });
  test("that is a bug crosses without its text", () => {
    expect(JSON.stringify(errorForWire(new Error("password=hunter2")))).not.toContain("hunter2");
  });
});

describe("lines", () => {
  test("come out whole however the bytes were cut", () => {
    const text = "one\n\nthree\nfour";
    for (let size = 1; size <= text.length; size++) {
      const lines: string[] = [],
        read = makeLineReader(100, (line) => lines.push(line));
      for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
      expect(lines).toEqual(["one", "", "three"]);
    }
  });
  test("that never end are refused", () => {
    const read = makeLineReader(10, () => {
      /* none */
    });
    expect(() => {
      for (let i = 0; i < 20; i++) read("x");
    }).toThrow(/too long/);
  });
});

describe("an answer with octets that follow its line", () => {
  type Read = { id: number; bytes: readonly string[]; raw: string | null };
  const reading = (limit = 1000): { read: (chunk: Buffer) => void; answers: Read[] } => {
    const answers: Read[] = [];
    const read = makeAnswerReader(limit, (id, { bytes = [], raw }) => {
      answers.push({ id, bytes, raw: raw ? Buffer.from(raw).toString("latin1") : null });
    });
    return { read, answers };
  };
  const streamOf = (...answers: Parameters<typeof writeAnswer>[]): Buffer =>
    Buffer.concat(
      answers.flatMap((answer) => {
        const { line, raw } = writeAnswer(...answer);
        return [Buffer.from(line), raw ?? Buffer.alloc(0)];
      }),
    );
  const raw = Buffer.from('\n{"id":9}\n\xff\x00\n', "latin1");
  const stream = streamOf(
    [1, { bytes: ["YQ=="] }],
    [2, { bytes: ["Yg=="], raw }],
    [3, { bytes: [] }],
    [4, { raw: Buffer.from("\n") }],
    [5, {}],
  );
  const expected = [
    { id: 1, bytes: ["YQ=="], raw: null },
    { id: 2, bytes: ["Yg=="], raw: raw.toString("latin1") },
    { id: 3, bytes: [], raw: null },
    { id: 4, bytes: [], raw: "\n" },
    { id: 5, bytes: [], raw: null },
  ];

  test.each([1, 2, 3, 7, 20, 1000])("reads back, in chunks of %i octets", (size) => {
    const { read, answers } = reading();
    for (let at = 0; at < stream.length; at += size) read(stream.subarray(at, at + size));
    expect(answers).toEqual(expected);
  });

  test("is handed over when its last octet arrives, and not before", () => {
    const { read, answers } = reading();
    const whole = streamOf([1, { raw: Buffer.from("abc") }]);
    read(whole.subarray(0, -1));
    expect(answers).toEqual([]);
    read(whole.subarray(-1));
    expect(answers).toEqual([{ id: 1, bytes: [], raw: "abc" }]);
  });

  test.each([
    '{"id":1,"rawLength":-1}',
    '{"id":1,"rawLength":1.5}',
    '{"id":1,"rawLength":"7"}',
    '{"id":1,"rawLength":1001}',
    '{"id":1,"rawLength":9007199254740991}',
    '{"rawLength":1}',
    '{"id":"1"}',
    "[]",
    "null",
    "",
    "x",
  ])("is refused without memory for it: %s", (line) => {
    expect(() => {
      reading().read(Buffer.from(`${line}\n`));
    }).toThrow(RangeError);
  });

  test("a line without an end is refused once it is longer than the limit", () => {
    const { read } = reading(100);
    read(Buffer.alloc(100, "a"));
    expect(() => {
      read(Buffer.from("a"));
    }).toThrow(RangeError);
  });
});
