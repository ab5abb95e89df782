import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { freePorts } from "@/testing/free-ports";
import { until } from "./test-gateway";

/** A DNS server of Debian's pebble, in which every name has the address 127.0.0.1. */
export type ChallengeDns = Readonly<{
  resolver: string;
  /** Sets records: `set-txt`, `add-a`. */
  set: (what: string, body: object) => Promise<void>;
  /** A program that sets and clears TXT records, as lego's `exec` provider calls it. */
  script: (file: string) => string;
  close: () => void;
}>;

/** Starts pebble-challtestsrv, on ports that nothing else uses. */
export async function openChallengeDns(): Promise<ChallengeDns> {
  const [dns = 0, management = 0] = await freePorts(2);
  const base = `http://127.0.0.1:${management}`;
  const options = [
    `-dns01=127.0.0.1:${dns}`,
    `-management=127.0.0.1:${management}`,
    "-http01=",
    "-https01=",
    "-tlsalpn01=",
    "-defaultIPv6=",
    "-defaultIPv4=127.0.0.1",
  ];
  const child = spawn("pebble-challtestsrv", options, { stdio: "ignore" });
  await until(() =>
    fetch(`${base}/clear-request-history`, { method: "POST", body: "{}" }).then(
      () => true,
      () => false,
    ),
  );
  return {
    resolver: `127.0.0.1:${dns}`,
    set: async (what, body) => {
      await fetch(`${base}/${what}`, { method: "POST", body: JSON.stringify(body) });
    },
    script: (file) => {
      writeFileSync(
        file,
        `#!/bin/sh\n[ "$1" = present ] && what=set-txt || what=clear-txt\nexec curl -sf -d "{\\"host\\":\\"$2\\",\\"value\\":\\"$3\\"}" ${base}/$what\n`,
      );
      chmodSync(file, 0o755);
      return file;
    },
    close: () => void child.kill(),
  };
}
