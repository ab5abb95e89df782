import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import type { RunFile } from "@/lib/runtime-file";
import { bad, note, ok, type Finding } from "./finding";

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, "0");

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return enough
    ? ok("node", `v${version}`)
    : bad("node", `v${version} is too old: install Node 20.19 or newer`);
}

export function checkDataFolder(folder: string): Finding {
  if (!existsSync(folder))
    return note("data", `${folder} does not exist yet; the first npm start makes it`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok("data", folder);
  } catch {
    return bad(
      "data",
      `${folder} is not yours to write; run as its owner, or choose another with CHANCERY_DATA`,
    );
  }
}

/** The key that seals CA keys must be readable by its owner alone. */
export function checkKek(folder: string, settings: NodeJS.ProcessEnv): Finding {
  if (settings.CHANCERY_KEK) return ok("sealing key", "from CHANCERY_KEK");
  const path = settings.CHANCERY_KEK_FILE || join(folder, "kek");
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found)
    return settings.CHANCERY_KEK_FILE
      ? bad("sealing key", `${path} does not exist`)
      : note("sealing key", `${path} is made by the first npm start`);
  if ((found.mode & 0o077) !== 0)
    return bad(
      "sealing key",
      `${path} has mode ${octal(found.mode)}, so others can read it: chmod 600 ${path}`,
    );
  const beside = settings.CHANCERY_KEK_FILE
    ? ""
    : "; it lies beside what it seals: CHANCERY_KEK_FILE keeps it elsewhere";
  return ok("sealing key", `${path}, mode ${octal(found.mode)}${beside}`);
}

/** With a running Chancery each port must answer; without one each must be free. */
export function checkPorts(
  running: RunFile | null,
  settings: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const host = running?.host ?? settings.CHANCERY_HOST ?? "127.0.0.1";
  const ports = [
    [
      "HTTP",
      "CHANCERY_HTTP_PORT",
      running?.httpPort ?? Number(settings.CHANCERY_HTTP_PORT ?? 3000),
    ],
    [
      "HTTPS",
      "CHANCERY_HTTPS_PORT",
      running?.httpsPort ?? Number(settings.CHANCERY_HTTPS_PORT ?? 3443),
    ],
    [
      "mutual TLS",
      "CHANCERY_MTLS_PORT",
      running?.mtlsPort ?? Number(settings.CHANCERY_MTLS_PORT ?? 3444),
    ],
  ] as const;
  return Promise.all(
    ports.map(async ([name, variable, port]) => {
      if (!running)
        return (await isFree(host, port))
          ? ok("port", `${name} ${host}:${port} is free`)
          : bad("port", `${name} ${host}:${port} is taken by another program; set ${variable}`);
      return (await answers(host, port))
        ? ok("port", `${name} ${host}:${port} answers`)
        : bad(
            "port",
            `${name} ${host}:${port} does not answer though Chancery runs (process ${running.pid})`,
          );
    }),
  );
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, host, () => server.close(() => done(true)));
  });
}

function answers(host: string, port: number): Promise<boolean> {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return new Promise((done) => {
    const socket = connect({ host: reachable, port, timeout: 3_000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      done(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Only the browser tests need one. */
export function checkBrowser(settings: NodeJS.ProcessEnv): Finding {
  const found = [settings.CHROMIUM ?? "", ...BROWSERS].find(
    (path) => path !== "" && existsSync(path),
  );
  return found
    ? ok("browser", `${found} (for npm test)`)
    : note(
        "browser",
        "no Chromium found; only npm test needs one: install chromium or set CHROMIUM to its path",
      );
}
