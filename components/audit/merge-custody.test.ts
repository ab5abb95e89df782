import { describe, expect, it } from "vitest";
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
const shown = (entries: EntrySummary[], uses: UseView[]) =>
  mergeCustody(entries, uses).map((step) => step.entry?.seq ?? step.origin?.network);

describe("acts and uses in one line", () => {
  it("has each act where no use is known", () => {
    expect(
      shown([entry(1, "certificate.issued", null), entry(2, "certificate.revoked", null)], []),
    ).toEqual([2, 1]);
  });
  it("puts all uses from one network where the last of them was", () => {
    expect(
      shown(
        [entry(1, "certificate.issued", null), entry(9, "certificate.revoked", null)],
        [use("10.0.0.0/24", 5), use("10.9.0.0/24", 12)],
      ),
    ).toEqual(["10.9.0.0/24", 9, "10.0.0.0/24", 1]);
  });
  it("leaves single uses out that were counted", () => {
    expect(
      shown(
        [entry(3, "request.denied"), entry(4, "event.reported"), entry(5, "request.refused")],
        [use("10.0.0.0/24", 5)],
      ),
    ).toEqual(["10.0.0.0/24"]);
  });
  it("keeps a use that was not counted yet", () => {
    expect(shown([entry(6, "request.refused")], [use("10.0.0.0/24", 5)])).toEqual([
      6,
      "10.0.0.0/24",
    ]);
  });
  it("keeps every use where nothing was counted at all", () => {
    expect(shown([entry(3, "request.denied")], [])).toEqual([3]);
  });
  it("keeps acts that were done with the certificate, and refusals of others", () => {
    expect(
      shown(
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
