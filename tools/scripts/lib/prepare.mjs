import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { nodeMajor } from "./node-release.mjs";
import { root } from "./root.mjs";
import { run, toolEnvironment } from "./run.mjs";
import { digestOf, isStamped, stamp } from "./stamp.mjs";

// Only what Node itself brings is imported at the top: nothing else may be installed yet.

const quiet = async (_what, work) => work();
const fromRoot = (path) => join(root, path);

/**
 * Every step from a bare clone to something that runs; each is skipped when nothing that it depends
 * on has changed.
 */
export async function prepareAll(step) {
  await prepareModules(step);
  await prepareClient(step);
  await prepareBundles(step);
  await preparePages(step);
}

/** node_modules as the lock file has it. */
export async function prepareModules(step = quiet) {
  if (!modulesMatchLock()) {
    await step("installing the packages of package-lock.json", () =>
      run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], {
        env: toolEnvironment({ CI: "true" }),
      }),
    );
  }
  linkCommand();
}

/**
 * npm notes in node_modules what it installed; an own note would not see an `npm install` by hand.
 */
function modulesMatchLock() {
  const noted = fromRoot("node_modules/.package-lock.json");
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(readFileSync(fromRoot("package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(noted, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === "" ||
      present[path]?.version === version ||
      ((optional || devOptional) && !present[path]),
  );
}

/**
 * npm links the commands of dependencies, but not the clone's own: without this link `npx chancery`
 * would not find it.
 */
function linkCommand() {
  const link = fromRoot("node_modules/.bin/chancery");
  const target = "../../tools/chancery";
  if (lstatSync(link, { throwIfNoEntry: false })) {
    if (readlinkSync(link) === target) return;
    rmSync(link);
  }
  mkdirSync(fromRoot("node_modules/.bin"), { recursive: true });
  symlinkSync(target, link);
}

/** Prisma's client, generated from the schema. */
export async function prepareClient(step = quiet) {
  const digest = digestOf([
    "prisma/schema.prisma",
    "prisma.config.ts",
    "node_modules/prisma/package.json",
  ]);
  if (isStamped("client", digest) && existsSync(fromRoot("lib/db/generated/client.ts"))) return;
  const env = toolEnvironment({ PRISMA_SCHEMA_ENGINE_BINARY: fromRoot("tools/schema-engine.mjs") });
  await step("generating the database client", () =>
    run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], { env }),
  );
  stamp("client", digest);
}

/** One file for each process and for the command line, in dist/. */
const bundles = {
  supervise: "server/supervise/main.ts",
  signer: "server/signer/main.ts",
  console: "server/console/main.ts",
  gateway: "server/gateway/main.ts",
  drill: "server/drill/main.ts",
  demo: "server/demo/main.ts",
  sandbox: "server/sandbox/main.ts",
  migrate: "server/supervise/migrate-main.ts",
  harden: "server/sandbox/harden.ts",
  cli: "cli/main.ts",
};

export async function prepareBundles(step = quiet, names = Object.keys(bundles)) {
  const digest = digestOf([
    "server",
    "cli",
    "lib",
    "tsconfig.json",
    "package-lock.json",
    "tools/scripts/lib/prepare.mjs",
    "tools/scripts/lib/node-release.mjs",
  ]);
  for (const name of names) {
    if (isStamped(`bundle-${name}`, digest) && existsSync(fromRoot(`dist/${name}.mjs`))) continue;
    await step(`bundling ${name}`, () => bundle(name));
    stamp(`bundle-${name}`, digest);
  }
}

async function bundle(name) {
  // Not `build`, whose helper process would stay for as long as Chancery runs.
  const { buildSync } = await import("esbuild");
  const { metafile } = buildSync({
    entryPoints: [fromRoot(bundles[name])],
    outfile: fromRoot(`dist/${name}.mjs`),
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: `node${nodeMajor}`,
    packages: "external",
    sourcemap: true,
    logLevel: "silent",
    metafile: true,
  });
  // A missing file of this repository would pass for a package, and fail only when it runs.
  const lost = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .map(({ path }) => path)
    .filter((path) => path.startsWith("@/"));
  if (lost.length > 0)
    throw new Error(
      `${bundles[name]} needs files that do not exist: ${[...new Set(lost)].join(", ")}`,
    );
}

/** The console's pages: Next's production build. */
export async function preparePages(step = quiet) {
  const digest = digestOf([
    "app",
    "components",
    "lib",
    "public",
    "next.config.ts",
    "postcss.config.mjs",
    "tsconfig.json",
    "tsconfig.console.json",
    "package-lock.json",
  ]);
  if (isStamped("pages", digest) && existsSync(fromRoot(".next/BUILD_ID"))) return;
  rmSync(fromRoot(".cache/pages.sha256"), { force: true });
  const env = toolEnvironment({ NODE_ENV: "production", CI: "true" });
  await step("building the console", () =>
    run(process.execPath, ["node_modules/next/dist/bin/next", "build"], { env }),
  );
  stamp(
    "pages",
    digestOf([
      "app",
      "components",
      "lib",
      "public",
      "next.config.ts",
      "postcss.config.mjs",
      "tsconfig.json",
      "tsconfig.console.json",
      "package-lock.json",
    ]),
  );
}
