import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { run } from "./run.mjs";

const TOOLS = [
  "openssl",
  "jq",
  "curl",
  "python3-cryptography",
  "nginx-light",
  "rsyslog",
  "gnutls-bin",
  "libnss3-tools",
  "libmbedx509-1",
  "haproxy",
  "apache2-bin",
  "default-jdk-headless",
  "certbot",
  "lego",
  "dehydrated",
  "uacme",
  "acme-tiny",
  "pebble",
  "caddy",
  "golang-cfssl",
];
/**
 * Debian's packages whose command is called otherwise; servers lie where only root looks for them.
 */
const COMMANDS = {
  "nginx-light": "nginx",
  rsyslog: "rsyslogd",
  "gnutls-bin": "certtool",
  "libnss3-tools": "certutil",
  "apache2-bin": "apache2",
  "default-jdk-headless": "javac",
  "golang-cfssl": "cfssl",
};
// Debian's shell without windows first: it needs an eighth less processor time for the same pages.
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";
const BROWSERS = [
  HEADLESS_SHELL,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/**
 * The Python that has Ed25519: that of the path, or the system's own with Debian's package; null if
 * there is none.
 */
function findPython() {
  const has = (python) => {
    try {
      execFileSync(python, ["-c", "import cryptography.hazmat.primitives.asymmetric.ed25519"], {
        stdio: "ignore",
      });
      return true;
    } catch {
      return false;
    }
  };
  return ["python3", "/usr/bin/python3"].find(has) ?? null;
}

const hasLibrary = (file) => {
  const load = `import ctypes; ctypes.CDLL("${file}")`;
  try {
    execFileSync("python3", ["-c", load], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const isInstalled = (name) => {
  if (name === "python3-cryptography") return findPython() !== null;
  if (name === "libmbedx509-1") return hasLibrary("libmbedx509.so.1");
  try {
    execFileSync("sh", ["-c", `PATH=$PATH:/usr/sbin command -v ${COMMANDS[name] ?? name}`], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
};

/** The Chromium for browser tests: CHROMIUM, or where systems put it; null if there is none. */
export function findBrowser() {
  return [process.env.CHROMIUM, ...BROWSERS].find((path) => path && existsSync(path)) ?? null;
}

/**
 * Installs what tests call from outside, where that is possible without asking: as root on Debian.
 * Returns what is still missing.
 */
export async function ensureTools(step, { browser }) {
  const missing = () => [
    ...TOOLS.filter((name) => !isInstalled(name)),
    ...(browser && !findBrowser() ? ["chromium"] : []),
  ];
  await install(step, missing());
  const isShellWanted = browser && !process.env.CHROMIUM && !existsSync(HEADLESS_SHELL);
  if (isShellWanted) await install(step, ["chromium-headless-shell"]);
  return missing();
}

async function install(step, packages) {
  if (packages.length === 0 || process.getuid?.() !== 0 || !isInstalled("apt-get")) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => run("apt-get", args, { env });
  const get = (names) => apt("install", "-y", "-q", "--no-install-recommends", ...names);
  await step(`installing ${packages.join(", ")} with apt-get`, async () => {
    await apt("update", "-q").catch(() => {});
    // One that this release doesn't have would keep all others away.
    await get(packages).catch(async () => {
      for (const name of packages) await get([name]).catch(() => {});
    });
  }).catch((error) => process.stderr.write(`${error.output ?? ""}\n${error.message}\n`));
}
