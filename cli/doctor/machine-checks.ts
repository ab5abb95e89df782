import { accessSync, constants, existsSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { RunFile } from "@/lib/runtime/run-file";
import { fail, type Finding, info, ok } from "./finding";

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, "0");

/** The Node.js version of this command, and of each process of a running Chancery (decision 15). */
export function checkNode(version: string, running: RunFile | null): Finding[] {
  const check = (name: string, node: string) =>
    node.startsWith("v24.")
      ? ok("node", `${name} ${node}`)
      : fail("node", `${name} ${node}. Node.js 24 is required: restart Chancery with npm start.`);
  return [
    check("this command", version),
    ...(running?.processes ?? []).map(({ name, pid, node }) =>
      check(`${name} (process ${pid})`, node),
    ),
  ];
}

/** What keeps the processes of a running Chancery apart (decision 18). */
export function checkBoundary(running: RunFile | null): Finding {
  if (running === null) return info("processes", "Chancery isn't running, so nothing was checked.");
  const { kind, text } = running.boundary ?? { kind: "none", text: "unknown; restart Chancery" };
  if (kind !== "none") return ok("processes", text);
  return info(
    "processes",
    `${text}. Start Chancery as root or with the service units, so that each process has its own user.`,
  );
}

export function checkDataFolder(folder: string): Finding {
  if (!existsSync(folder))
    return info("data", `${folder} does not exist yet. The first npm start creates it.`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const { mode } = statSync(folder);
    return (mode & 0o077) === 0
      ? ok("data", folder)
      : fail(
          "data",
          `Other users can look into ${folder} (mode ${octal(mode)}). Run: chmod 700 ${folder}`,
        );
  } catch {
    return fail(
      "data",
      `${folder} is not writable by this user. Run as its owner, or set CHANCERY_DATA to another folder.`,
    );
  }
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
          : fail(
              "port",
              `${name} ${host}:${port} is used by another program. Stop it, or set ${variable}.`,
            );
      return (await isResponding(host, port))
        ? ok("port", `${name} ${host}:${port} responds`)
        : fail(
            "port",
            `${name} ${host}:${port} does not respond, although Chancery is running (process ${running.pid}).`,
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

function isResponding(host: string, port: number): Promise<boolean> {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return new Promise((done) => {
    const socket = connect({ host: reachable, port, timeout: 3_000 });
    const end = (isConnected: boolean) => () => {
      socket.destroy();
      done(isConnected);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

const browserPaths = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Only the browser tests need a browser. */
export function checkBrowser(settings: NodeJS.ProcessEnv): Finding {
  const browser = [settings.CHROMIUM ?? "", ...browserPaths].find(
    (path) => path !== "" && existsSync(path),
  );
  return browser
    ? ok("browser", `${browser} (for npm test)`)
    : info(
        "browser",
        "Chromium not found. Only npm test needs it: install Chromium, or set CHROMIUM to its path.",
      );
}
