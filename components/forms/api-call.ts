import { curlCommand } from "@/lib/format/curl-command";

/** A request of the REST API: its path below `/api/v1`, and its body. */
export type ApiCall = Readonly<{ path: string; body: object }>;

/** A POST of the API as a command of a POSIX shell. The token isn't in it. */
export const curlOf = (origin: string, { path, body }: ApiCall): string =>
  curlCommand({ method: "POST", url: `${origin}/api/v1${path}`, body });
