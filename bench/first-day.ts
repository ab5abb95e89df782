import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { makePlace, startChanceryAt } from "@/testing/supervise/throwaway-chancery";
import { has, printTable } from "./_tools";

// The first day, timed: from a fresh clone to a server whose certificate curl, Java and Firefox accept,
// by what a person clicks in Chromium. No step uses openssl: in the place of one there is a program
// that only notes that it was called. Each client is asked without the root as well, and must refuse.
const needed = ["git", "curl", "java", "keytool", "certutil", "firefox-esr"];
const missing = needed.filter((program) => !has(program));
const browserPath = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium-headless-shell"]
  .concat("/usr/bin/chromium")
  .find((path) => existsSync(path));
if (missing.length > 0 || browserPath === undefined)
  throw new Error(
    `This benchmark needs ${[...missing, ...(browserPath ? [] : ["chromium"])].join(", ")} (apt-get install git curl default-jdk-headless libnss3-tools firefox-esr chromium).`,
  );

const host = "shop.example.com";
const patienceMs = 120_000;
const folder = mkdtempSync(join(tmpdir(), "chancery-first-day-"));
const clone = join(folder, "clone");
const steps: Record<string, string | number>[] = [];

async function timed<T>(step: string, work: () => T | Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  steps.push({ step, seconds: (performance.now() - began) / 1_000 });
  return result;
}

const calledOpenssl = join(folder, "openssl-was-called");

/** Puts a program that is called openssl before the real one. */
function withoutOpenssl(): void {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "openssl"), `#!/bin/sh\necho "$@" >> ${calledOpenssl}\nexit 1\n`, {
    mode: 0o755,
  });
  process.env["PATH"] = `${bin}:${process.env["PATH"]}`;
}

const password = "a long first password";

async function setUp(page: Page, link: string): Promise<void> {
  await page.goto(link);
  const next = page.getByRole("button", { name: "Next" });
  await page.getByRole("textbox", { name: "Organization" }).fill("Example");
  await next.click();
  await page.getByLabel("Email").fill("admin@example.com");
  await page.getByLabel("Password").fill(password);
  for (let pages = 0; pages < 3; pages += 1) await next.click();
  await page.getByRole("button", { name: "Set up Chancery" }).click();
  await page.getByRole("heading", { name: "Chancery is set up" }).waitFor();
}

/** Clicks a control that downloads a file, and returns its path. */
async function download(page: Page, role: "link" | "button", name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole(role, { name, exact: true }).click(),
  ]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** Makes a key in the browser, issues its certificate, and downloads both as PKCS#12. */
async function issue(page: Page): Promise<Readonly<{ p12: string; secret: string }>> {
  await page.getByRole("button", { name: "Open Chancery" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  await page.getByRole("link", { name: "Issue certificate" }).first().click();
  await page.getByRole("radio", { name: "Create a key here" }).check();
  await page.getByRole("button", { name: "New identity" }).click();
  const dialog = page.getByRole("dialog", { name: "New identity" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("shop");
  await dialog.getByRole("textbox", { name: "Owner" }).fill("shop-team@example.com");
  await dialog.getByRole("button", { name: "Create identity" }).click();
  await page.getByRole("textbox", { name: "Name 1", exact: true }).fill(host);
  await page.getByText("Ready to issue.").waitFor();
  await page.getByRole("button", { name: /issue$|^Issue certificate$/ }).click();
  await page.getByText("Download the private key now.").waitFor();
  const secret = await page.locator("[data-secret]").innerText();
  return { p12: await download(page, "button", "Download PKCS#12"), secret };
}

async function serve(p12: string, secret: string): Promise<Server> {
  const server = createServer({ pfx: readFileSync(p12), passphrase: secret }, (request, answer) => {
    agents.push(request.headers["user-agent"] ?? "");
    answer.end("hello");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}
/** The clients that trusted the server: only those send a request. */
const agents: string[] = [];

/** Whether a program ends well. */
function runs(program: string, args: readonly string[], timeoutMs = 60_000): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: "ignore", timeout: timeoutMs });
    child.once("error", () => done(false));
    child.once("close", (code) => done(code === 0));
  });
}

type Client = (port: number, root: string | null) => Promise<boolean>;

const askCurl: Client = (port, root) =>
  runs("curl", [
    "-sf",
    ...(root === null ? [] : ["--cacert", root]),
    "--resolve",
    `${host}:${port}:127.0.0.1`,
    `https://${host}:${port}/`,
  ]);

const javaSource = `public class Fetch { public static void main(String[] a) throws Exception {
  new java.net.URI(a[0]).toURL().openStream().readAllBytes(); } }`;

const askJava: Client = async (port, root) => {
  const hosts = join(folder, "hosts");
  writeFileSync(hosts, `127.0.0.1 ${host}\n`);
  const source = join(folder, "Fetch.java");
  writeFileSync(source, javaSource);
  const store = join(folder, "trusted.p12");
  if (root !== null)
    execFileSync(
      "keytool",
      ["-importcert", "-noprompt", "-alias", "root", "-file", root].concat([
        "-keystore",
        store,
        "-storetype",
        "PKCS12",
        "-storepass",
        "changeit",
      ]),
      { stdio: "ignore" },
    );
  const trust = [
    `-Djavax.net.ssl.trustStore=${store}`,
    "-Djavax.net.ssl.trustStorePassword=changeit",
  ];
  const url = `https://${host}:${port}/`;
  return runs("java", [
    `-Djdk.net.hosts.file=${hosts}`,
    ...(root === null ? [] : trust),
    source,
    url,
  ]);
};

const askFirefox: Client = async (port, root) => {
  const profile = mkdtempSync(join(folder, "firefox-"));
  writeFileSync(
    join(profile, "user.js"),
    `user_pref("network.dns.localDomains", "${host}");\nuser_pref("browser.shell.checkDefaultBrowser", false);\n`,
  );
  const store = ["-d", `sql:${profile}`];
  execFileSync("certutil", ["-N", ...store, "--empty-password"]);
  if (root !== null)
    execFileSync("certutil", ["-A", ...store, "-n", "Example root", "-t", "C,,", "-i", root]);
  const before = agents.length;
  const picture = join(profile, "picture.png");
  const args = ["--headless", "--profile", profile, "--screenshot", picture];
  await runs("firefox-esr", [...args, `https://${host}:${port}/`]);
  return agents.slice(before).some((agent) => agent.includes("Firefox"));
};

const clients = { curl: askCurl, Java: askJava, Firefox: askFirefox };

async function askAll(server: Server, root: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  for (const [name, ask] of Object.entries(clients)) {
    if (await ask(port, null)) throw new Error(`${name} accepts the certificate without the root.`);
    const accepts = await timed(`${name} accepts it, with the root installed`, () =>
      ask(port, root),
    );
    if (!accepts) throw new Error(`${name} doesn't accept the certificate.`);
  }
}

withoutOpenssl();
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await browser.newPage({ acceptDownloads: true });
page.setDefaultTimeout(patienceMs);
try {
  await timed("git clone", () =>
    execFileSync("git", ["clone", "--quiet", findRepoRoot(), clone], { stdio: "inherit" }),
  );
  const chancery = await timed("npm start, until it prints the setup link", async () =>
    startChanceryAt(await makePlace(), {}, join(folder, "chancery.log"), clone),
  );
  try {
    await timed("setup in the browser", () => setUp(page, chancery.setupUrl));
    const root = await download(page, "link", "Download PEM");
    const { p12, secret } = await timed("key, certificate and download", () => issue(page));
    const server = await serve(p12, secret);
    await askAll(server, root);
    server.close();
  } finally {
    await chancery.stop();
    rmSync(chancery.dataFolder, { recursive: true, force: true });
  }
  if (existsSync(calledOpenssl))
    throw new Error(`openssl was called: ${readFileSync(calledOpenssl, "utf8")}`);
  const total = steps.reduce((sum, { seconds }) => sum + Number(seconds), 0);
  printTable([
    ...steps,
    { step: "all, without the time that a person takes to read", seconds: total },
  ]);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
