/** The measures of `npm run bench -- growth` at one size of the log. */
export type GrowthRow = Readonly<{
  entries: number;
  "intake, entries/s": number;
  "certificates/s": number;
  "search p95, ms": number;
  "export, MB/s": number;
  "bytes an entry": number;
  "gateway, MB": number;
  "signer, MB": number;
  "console, MB": number;
  "PostgreSQL, MB": number;
}>;
export type Growth = Readonly<{ day: string; load: number; rows: readonly GrowthRow[] }>;
