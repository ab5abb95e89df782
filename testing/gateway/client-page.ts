import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "../../docs/clients");

/** What a page of docs/clients tells people to type. */
export type ClientPage = Readonly<{
  /** The commands below a heading, such as `First certificate`. */
  under: (heading: string) => string;
  /** The first block in this language. */
  block: (language: string) => string;
}>;

/** Reads a page with another name in place of `pay.example.com`, which only one identity can hold. */
export function readClientPage(client: string, name: string): ClientPage {
  const text = readFileSync(join(folder, `${client}.md`), "utf8").replaceAll(
    "pay.example.com",
    name,
  );
  const blockIn = (part: string, language: string): string => {
    const [, found] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(part) ?? [];
    if (found === undefined) throw new Error(`${client}.md has no ${language} there`);
    return found;
  };
  return {
    under: (heading) => {
      const part = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`));
      if (part === undefined) throw new Error(`${client}.md has no heading ${heading}`);
      return blockIn(part, "sh");
    },
    block: (language) => blockIn(text, language),
  };
}

/** A person's shell in a folder with `root.pem`, in which exported variables last. */
export type Shell = (script: string) => Promise<string>;

/**
 * Opens one with nothing in its environment but these variables. `prefix` runs it below another
 * program, such as `unshare`.
 */
export function openShell(
  home: string,
  rootFile: string,
  variables: Readonly<Record<string, string>>,
  prefix: readonly string[] = [],
): Shell {
  mkdirSync(home, { recursive: true });
  copyFileSync(rootFile, join(home, "root.pem"));
  const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}:/usr/sbin:/usr/bin`;
  const env = { PATH: path, HOME: home, LC_ALL: "C.UTF-8", ...variables };
  let exported = "";
  return async (script) => {
    const args = [...prefix, "sh", "-ec", `${exported}\n${script}`];
    try {
      const { stdout, stderr } = await run("env", args, { cwd: home, env: env as never });
      exported += (script.match(/^export .*\n/gm) ?? []).join("");
      return stdout + stderr;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${script}\n${stdout}\n${stderr}`, { cause: error });
    }
  };
}
