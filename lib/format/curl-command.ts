import { shellWord } from "./shell-word";

/** The environment variable that the command takes the token from. */
export const tokenVariable = "CHANCERY_TOKEN";
/** The file of the root certificate, for an address of Chancery's own certificate. */
export const rootFile = "root.pem";

type Request = Readonly<{
  method: string;
  url: string;
  body?: unknown;
  /** Whether the token is sent; true if absent. */ authenticated?: boolean;
  /** Further options, as they are written. */ options?: readonly string[];
}>;

/** A request of the API as a command of a POSIX shell. The token isn't in it. */
export function curlCommand(request: Request): string {
  const { method, url, body, authenticated = true, options = [] } = request;
  return [
    method === "GET" ? `curl ${shellWord(url)}` : `curl -X ${method} ${shellWord(url)}`,
    ...(url.startsWith("https:") ? [`--cacert ${rootFile}`] : []),
    ...options,
    ...(authenticated ? [`-H "Authorization: Bearer $${tokenVariable}"`] : []),
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${shellWord(JSON.stringify(body, null, 2))}`]),
  ].join(" \\\n  ");
}
