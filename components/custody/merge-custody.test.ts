import { describe, expect, test } from "vitest";
import type { UseView } from "@/lib/custody/types";
import type { EntrySummary } from "@/lib/log/schema";
import { mergeCustody } from "./merge-custody";

const certificateId = "crt_1";
const entry = (seq: number, action: string, credential: string | null = certificateId) =>
  ({
    seq,
    id: `ent_${seq}`,
    action,
    credential:
      credential === null
        ? null
        : { certificateId: credential, serial: "01", fingerprintSha256: "aa" },
  }) as EntrySummary;
const use = (network: string, lastSeq: number) =>
  ({
    identity: { id: "idn_1", name: "payments" },
    certificateId,
    network,
    service: "orders",
    count: 2,
    refused: 1,
    firstAt: "2026-11-01T10:00:00.000Z",
    lastAt: "2026-11-01T11:00:00.000Z",
    firstSeq: 1,
    lastSeq,
  }) satisfies UseView;
const stepsOf = (entries: EntrySummary[], uses: UseView[]) =>
  mergeCustody(entries, uses).map((step) => step.entry?.seq ?? step.origin?.network);

describe("entries and uses in one timeline", () => {
  test("without uses, every entry is its own step", () => {
    expect(
      stepsOf([entry(1, "certificate.issued", null), entry(2, "certificate.revoked", null)], []),
    ).toEqual([2, 1]);
  });
  test("all uses from one network are one step, at the last of them", () => {
    expect(
      stepsOf(
        [entry(1, "certificate.issued", null), entry(9, "certificate.revoked", null)],
        [use("10.0.0.0/24", 5), use("10.9.0.0/24", 12)],
      ),
    ).toEqual(["10.9.0.0/24", 9, "10.0.0.0/24", 1]);
  });
  test("entries of uses that are already counted are left out", () => {
    expect(
      stepsOf(
        [entry(3, "request.denied"), entry(4, "event.reported"), entry(5, "request.refused")],
        [use("10.0.0.0/24", 5)],
      ),
    ).toEqual(["10.0.0.0/24"]);
  });
  test("the entry of a use that is not counted yet is kept", () => {
    expect(stepsOf([entry(6, "request.refused")], [use("10.0.0.0/24", 5)])).toEqual([
      6,
      "10.0.0.0/24",
    ]);
  });
  test("without counted uses, every entry of a use is kept", () => {
    expect(stepsOf([entry(3, "request.denied")], [])).toEqual([3]);
  });
  test("actions done with the certificate and denials of other certificates are kept", () => {
    expect(
      stepsOf(
        [
          entry(2, "certificate.issued"),
          entry(3, "request.refused", "crt_2"),
          entry(4, "request.refused", null),
        ],
        [use("10.0.0.0/24", 5)],
      ),
    ).toEqual(["10.0.0.0/24", 4, 3, 2]);
  });
});
