/**
 * The result of one check: `ok`, `info` (no action needed) or `fail` (fix it). `detail` states what
 * was found and how to fix it.
 */
export type Finding = Readonly<{
  state: "ok" | "info" | "fail";
  check: string;
  detail: string;
}>;

export const ok = (check: string, detail: string): Finding => ({ state: "ok", check, detail });
export const info = (check: string, detail: string): Finding => ({ state: "info", check, detail });
export const fail = (check: string, detail: string): Finding => ({ state: "fail", check, detail });
