/**
 * Every reader of the log, in one place. Someone with access to the database can put any bytes into
 * the log, so each of them reads entries with `readEntry` alone (or doesn't look at what they say),
 * and skips what it can't read. A test compares this list with the code.
 *
 * `files` read entries from the database. A reader with a `cursor` follows the log by number; the
 * gateway raises an alarm when a cursor stops while there is more to read.
 */
export type LogReader = Readonly<{
  /** What it is called in alarms, metrics and readiness. */
  label: string;
  cursor: boolean;
  files: readonly string[];
}>;

const reader = <C extends boolean>(label: string, cursor: C, ...files: string[]) => ({
  label,
  cursor,
  files,
});

export const logReaders = {
  // Follow the log.
  numbering: reader("numbering", true),
  index: reader("search index", true, "lib/log/segments/read-texts.ts"),
  tree: reader("Merkle tree", true, "lib/log/publish/log-repository.ts"),
  alerts: reader("alert rules", true, "lib/alerts/rule-state-repository.ts"),
  status: reader(
    "CRL and OCSP",
    true,
    "lib/log/sequence/follow-log.ts",
    "lib/status/status-change-repository.ts",
  ),

  // Read what they are asked for.
  search: reader(
    "search and live tail",
    false,
    "lib/log/search/search-entries.ts",
    "lib/log/segments/find-rows.ts",
    "lib/log/search/get-entry.ts",
  ),
  export: reader(
    "export",
    false,
    "lib/log/export/read-pages.ts",
    "lib/log/export/prove-selection.ts",
  ),
  bundles: reader("entry bundles", false, "lib/log/tree/tile-reader.ts"),
  verification: reader(
    "verification",
    false,
    "lib/log/live/read-entry-rows.ts",
    "lib/log/live/check-index.ts",
    "lib/log/live/verifications.ts",
    "lib/log/live/pending-work.ts",
  ),
  reconciliation: reader("reconciliation", false, "lib/log/reconcile/reconcile-repository.ts"),
  overview: reader("overview", false, "lib/overview/overview-repository.ts"),
  custody: reader("custody", false, "lib/custody/list-timeline.ts"),
  alertPages: reader("pages of alerts", false, "lib/alerts/alert-repository.ts"),
  conditions: reader("alert conditions", false, "lib/alerts/checks/find-clock-step.ts"),
  drills: reader("tamper drills", false, "lib/drills/drills.ts"),
  proxies: reader("pages of proxies", false, "lib/proxies/proxy-effects-repository.ts"),
  issuing: reader("rotation", false, "lib/issuing/plan-repository.ts"),
  signer: reader(
    "signer",
    false,
    "server/signer/read-stored-plans.ts",
    "server/signer/profile-versions.ts",
    "server/signer/crl/read-revoked.ts",
    "server/signer/name-consent.ts",
  ),
} as const satisfies Readonly<Record<string, LogReader>>;

type ReaderName = keyof typeof logReaders;
/** The readers that follow the log by number. */
export type CursorName = {
  [N in ReaderName]: (typeof logReaders)[N]["cursor"] extends true ? N : never;
}[ReaderName];
