import { expect, test } from "vitest";
import type { EntryRecord } from "@/lib/log/types";
import { dispatchChanges } from "./watch-log";

const entry = (
  action: string,
  target: string | null,
  details: Record<string, unknown> = {},
  outcome = "success",
) =>
  ({
    action,
    outcome,
    details,
    target: target === null ? null : { kind: "x", id: target, label: "" },
  }) as unknown as EntryRecord;

function heard(...records: EntryRecord[]) {
  const news: unknown[] = [];
  const entries = records.map((record) => ({ readable: true, record }) as const);
  dispatchChanges(entries, {
    statusChanged: (ids) => news.push(["status", ...ids]),
    authoritiesChanged: () => news.push(["authorities"]),
    crlIssued: (id) => news.push(["crl", id]),
    unreadable: () => news.push(["unreadable"]),
    connected: () => {},
  });
  return news;
}

test("every change of a certificate's status is reported, each certificate once per batch", () => {
  expect(
    heard(
      entry("certificate.revoked", "crt_1"),
      entry("certificate.held", "crt_2"),
      entry("certificate.released", "crt_2"),
      entry("certificate.read", "crt_9"),
    ),
  ).toEqual([["status", "crt_1", "crt_2"]]);
});
test("refusals and reads report no change", () => {
  expect(
    heard(
      entry("certificate.revoked", "crt_1", {}, "denied"),
      entry("certificate.issued", "crt_2"),
      entry("authority.read", "ca_1"),
      entry("session.started", null),
    ),
  ).toEqual([]);
});
test("a new CA and a CRL of another node are reported as changes", () => {
  expect(
    heard(
      entry("authority.activated", "ca_1"),
      entry("crl.issued", "crl_1", { authorityId: "ca_1" }),
      entry("setup.completed", "org_1"),
    ),
  ).toEqual([["authorities"], ["crl", "ca_1"]]);
});
