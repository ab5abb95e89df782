import { X509Certificate } from "node:crypto";
import { expect } from "vitest";
import type { Api, Entry, Page } from "@/e2e/support/api";
import { filesOf, queryOcsp } from "@/e2e/support/openssl";
import type { ThrowawayChancery } from "@/testing/supervise/throwaway-chancery";
import { balanceOf } from "./audit-of-all";
import { type Harvest, until } from "./harness";

/** Waits until every plan that was left unfinished is closed: two minutes at most. */
export async function untilPlansAreClosed(dataFolder: string): Promise<void> {
  await until(async () => (await balanceOf(dataFolder)).open.length === 0);
}

/**
 * Holds for every certificate that a client received, and for every one in the tables: it is in the
 * table as it was received, and its entries are in the log.
 */
export async function expectNothingMissing(
  api: Api,
  dataFolder: string,
  { received }: Harvest,
): Promise<void> {
  await api.get("/audit/events?limit=1"); // waits until everything that was committed before is numbered
  const { issued, withoutEntries, entriesWithoutRow } = await balanceOf(dataFolder);
  const lost = received.filter(
    ({ id, pem }) =>
      issued.get(id) !== new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase(),
  );
  expect(
    lost.map(({ id }) => id),
    "received, but not in the table as it was received",
  ).toEqual([]);
  expect(withoutEntries, "issued without its entries").toEqual([]);
  expect(entriesWithoutRow, "an entry without its certificate").toEqual([]);
}

/** The last certificates that clients received are good over OCSP and have their entries. */
export async function expectLastGood(
  api: Api,
  { httpUrl }: Pick<ThrowawayChancery, "httpUrl">,
  { received }: Harvest,
): Promise<void> {
  const root = await (await fetch(`${httpUrl}/ca/root.pem`)).text();
  for (const { id, pem, chainPem } of received.slice(-3)) {
    expect(await queryOcsp(filesOf(pem, chainPem, root), httpUrl)).toBe("good");
    const { body } = await api.get<Page<Entry>>(
      `/audit/events?target=${id}&reads=exclude&order=asc`,
    );
    expect(body.items.map(({ action }) => action)).toEqual([
      "certificate.planned",
      "certificate.issued",
    ]);
  }
}
