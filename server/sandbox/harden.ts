import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// Imported before gateway and console, which run under Node.js's permission model: loads the one
// package with native code while that is allowed, and then closes that door.
const root = process.env.CHANCERY_ROOT ?? process.cwd();
createRequire(join(root, "package.json"))("@node-rs/argon2");
loadThroughNext();

const { permission } = process as unknown as { permission?: { drop?: (scope: string) => void } };
permission?.drop?.("addon");
// What neither of them needs, and what leads out: signals to other processes of this user, and
// becoming another program.
for (const name of ["kill", "_kill", "_debugProcess", "_debugEnd", "execve", "dlopen"])
  Object.defineProperty(process, name, { value: undefined, writable: false, configurable: false });

/** Next names packages through its own links, which count as other packages. */
function loadThroughNext(): void {
  const scope = join(root, ".next", "node_modules", "@node-rs");
  let names: string[];
  try {
    names = readdirSync(scope);
  } catch {
    return; // the gateway may not even look
  }
  const require = createRequire(join(scope, "x.js"));
  for (const name of names) require(join(scope, name));
}
