import { createServer, type Server } from "node:http";
import { latin1 } from "@/lib/pki/latin1";
import { makeAnswerOcsp } from "@/lib/status/answer-ocsp";
import { makeAuthorityIndex } from "@/lib/status/authority-index";
import { makeStatusCache, type StatusCache } from "@/lib/status/status-cache";
import type { Responder, ServedAuthority, StatusKey, StatusRow } from "@/lib/status/types";
import { harden, serverLimits } from "@/server/gateway/harden";
import { listen } from "@/lib/runtime/listen";
import { takeOcspConnections } from "@/server/status/ocsp-connections";
import { serveOcsp } from "@/server/status/ocsp-handler";

/** The OCSP endpoint alone, over a table in memory, for tests and measurements. */
export type OcspFixture = Readonly<{
  url: string;
  server: Server;
  rows: Map<string, StatusRow>;
  responders: Map<string, Responder>;
  statuses: StatusCache;
  counts: Map<string, number>;
  reads: () => number;
  /** Replaces the reader of rows, to fail or to be slow. */
  readWith: (read: ((key: StatusKey) => Promise<StatusRow | null>) | null) => void;
  clock: { offset: number };
  close: () => Promise<void>;
}>;

export const rowKey = (issuerId: string, serial: Uint8Array): string => issuerId + latin1(serial);

export async function openOcspFixture(
  authorities: readonly ServedAuthority[],
): Promise<OcspFixture> {
  const rows = new Map<string, StatusRow>();
  const responders = new Map<string, Responder>();
  const counts = new Map<string, number>();
  const clock = { offset: 0 };
  let reads = 0;
  let other: ((key: StatusKey) => Promise<StatusRow | null>) | null = null;
  const statuses = makeStatusCache(async (key) => {
    reads += 1;
    return other === null ? (rows.get(rowKey(key.issuerId, key.serial)) ?? null) : other(key);
  }, 1000);
  statuses.setTrusted(true);
  const index = makeAuthorityIndex(authorities);
  const now = () => Date.now() + clock.offset;
  const answer = makeAnswerOcsp({
    index: () => index,
    responderOf: (id) => responders.get(id) ?? null,
    statuses,
    now,
    onError: () => {},
  });
  const gateway = {
    answer,
    now,
    count: (kind: string) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
  };
  const server = createServer(serverLimits, (request, response) =>
    serveOcsp(gateway, request, response),
  );
  harden(server);
  const connections = takeOcspConnections(server, {
    ocsp: gateway,
    draining: () => false,
    limits: serverLimits,
  });
  const port = await listen(server, { host: "127.0.0.1", port: 0, variable: "none" });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      connections.closeAll();
    });
  return {
    url: `http://127.0.0.1:${port}/ocsp`,
    server,
    rows,
    responders,
    statuses,
    counts,
    reads: () => reads,
    readWith: (read) => {
      other = read;
    },
    clock,
    close,
  };
}
