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
  "haproxy",
  "apache2-bin",
  "default-jdk-headless",
  "certbot",
  "lego",
  "pebble",
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
};
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

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

const isInstalled = (name) => {
  if (name === "python3-cryptography") return findPython() !== null;
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
  const wanted = missing();
  if (wanted.length > 0 && process.getuid?.() === 0 && isInstalled("apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await step(`installing ${wanted.join(", ")} with apt-get`, async () => {
      await run("apt-get", ["update", "-q"], { env }).catch(() => {});
      await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...wanted], { env });
    }).catch((error) => process.stderr.write(`${error.output ?? ""}\n${error.message}\n`));
  }
  return missing();
}
