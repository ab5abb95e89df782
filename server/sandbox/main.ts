import { closeSync, existsSync, fstatSync, openSync } from "node:fs";
import { createRequire } from "node:module";

// Puts Landlock on this process and then becomes the program that it is given: `node sandbox.mjs
// POLICY PROGRAM ARGUMENT …`. The program, and everything it starts, can then use only the paths of
// the policy, can't read or trace a process outside, and on Linux 6.12 and newer can't signal one.
// The native code that this takes is gone with the replacement. Ends with an error where the kernel
// doesn't have Landlock, before the program runs.

type Policy = Readonly<{
  read: readonly string[];
  write: readonly string[];
  /** Descriptors that the program inherits; Node.js has marked them to be closed. */
  keep: readonly number[];
  env: Readonly<Record<string, string>>;
}>;

const systemCall = { createRuleset: 444, addRule: 445, restrictSelf: 446 };
const prctlNoNewPrivileges = 38;
const fcntlSetFlags = 2;
const pathOnly = 0o10000000; // O_PATH
/** execute 1, write 2, read a file 4, list a folder 8. */
const readAccess = 0b1101n;
/** What the kernel takes for a file: the rest is about folders. */
const fileAccess = 0x4007n;
const abi6 = 6;

type Call = (...args: readonly (number | bigint | string | Buffer | null)[]) => number | bigint;
type Koffi = Readonly<{
  load: (library: string) => Readonly<{
    func: (name: string, result?: string, types?: readonly string[]) => Call;
  }>;
}>;

// An optional package: where it isn't installed, there is no sandbox.
const koffi = createRequire(import.meta.url)("koffi") as Koffi;
const c = koffi.load("libc.so.6");
const prctl = c.func("int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)");
const fcntl = c.func("int fcntl(int, int, long)");
const create = c.func("syscall", "long", ["long", "void*", "unsigned long", "unsigned long"]);
const addRule = c.func("syscall", "long", ["long", "int", "int", "void*", "unsigned int"]);
const restrict = c.func("syscall", "long", ["long", "int", "unsigned int"]);

const [text = "{}", file = "", ...args] = process.argv.slice(2);
const policy = JSON.parse(text) as Policy;

const abi = Number(create(systemCall.createRuleset, null, 0, 1));
if (abi < 1) fail("the kernel doesn't have Landlock, or it is switched off");
const set = createRuleset();
for (const path of policy.read) allow(path, readAccess);
for (const path of policy.write) allow(path, allAccess() & ~1n);
// Required by Landlock, and right in any case: no program gives it more rights.
if (prctl(prctlNoNewPrivileges, 1, 0, 0, 0) !== 0) fail("new privileges can't be ruled out");
if (Number(restrict(systemCall.restrictSelf, set, 0)) !== 0) fail("Landlock can't be put on");
for (const fd of policy.keep) fcntl(fd, fcntlSetFlags, 0);
process.execve?.(file, [file, ...args], {
  ...process.env,
  ...policy.env,
  CHANCERY_LANDLOCK: String(abi),
});
fail("process.execve is missing");

/** Every kind of access to files that this kernel can refuse. */
function allAccess(): bigint {
  const kinds = abi >= 5 ? 16n : abi >= 3 ? 15n : abi >= 2 ? 14n : 13n;
  return (1n << kinds) - 1n;
}

function createRuleset(): number {
  const attributes = Buffer.alloc(24);
  attributes.writeBigUInt64LE(allAccess(), 0);
  // Abstract sockets and signals of processes outside.
  if (abi >= abi6) attributes.writeBigUInt64LE(3n, 16);
  const size = abi >= abi6 ? 24 : abi >= 4 ? 16 : 8;
  const made = Number(create(systemCall.createRuleset, attributes, size, 0));
  if (made < 0) fail("the rules can't be made");
  return made;
}

/** A path that doesn't exist is left out, and so refused. */
function allow(path: string, access: bigint): void {
  if (!existsSync(path)) return;
  const fd = openSync(path, pathOnly);
  const rule = Buffer.alloc(12);
  const kinds = access & allAccess() & (fstatSync(fd).isDirectory() ? allAccess() : fileAccess);
  rule.writeBigUInt64LE(kinds, 0);
  rule.writeInt32LE(fd, 8);
  if (Number(addRule(systemCall.addRule, set, 1, rule, 0)) !== 0) fail(`no rule for ${path}`);
  closeSync(fd);
}

function fail(why: string): never {
  process.stderr.write(`sandbox: ${why}\n`);
  process.exit(1);
}
