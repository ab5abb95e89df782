import type { ServerResponse } from "node:http";

export type DoorProblem = Readonly<{
  status: number;
  code: string;
  title: string;
  detail: string;
  requestId?: string;
  headers?: Readonly<Record<string, string>>;
}>;

/** Answers with problem+json (RFC 9457) where the door itself refuses, before any framework. */
export function sendProblem(response: ServerResponse, problem: DoorProblem): void {
  const { status, headers, ...rest } = problem;
  const body = JSON.stringify({ type: "about:blank", status, ...rest });
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
}
