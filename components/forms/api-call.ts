import { shellWord } from "@/lib/format/shell-word";

/** A request of the REST API: its path below `/api/v1`, and its body. */
export type ApiCall = Readonly<{ path: string; body: object }>;

/** The environment variable that the command takes the token from. */
export const tokenVariable = "CHANCERY_TOKEN";
/** The file of the root certificate, for an address of Chancery's own certificate. */
export const rootFile = "root.pem";

/** A POST of the API as a command of a POSIX shell. The token isn't in it. */
export function curlOf(origin: string, { path, body }: ApiCall): string {
  const trust = origin.startsWith("https:") ? [`--cacert ${rootFile}`] : [];
  return [
    `curl -X POST ${shellWord(`${origin}/api/v1${path}`)}`,
    ...trust,
    `-H "Authorization: Bearer $${tokenVariable}"`,
    "-H 'Content-Type: application/json'",
    `-d ${shellWord(JSON.stringify(body, null, 2))}`,
  ].join(" \\\n  ");
}
