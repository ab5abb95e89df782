import { equalBytes } from "./bytes";
import { parseVkey, type NoteKey } from "./note";
import { ProofError } from "./proof-error";

export type PolicyLog = Readonly<{ vkey: string; key: NoteKey; url: string | null }>;
export type PolicyWitness = Readonly<{
  name: string;
  vkey: string;
  key: NoteKey;
  url: string | null;
}>;
/** At least `threshold` of `members` (witnesses or groups defined before). */
export type PolicyGroup = Readonly<{ name: string; threshold: number; members: readonly string[] }>;
/** Which logs are known, and whose cosignatures are enough (C2SP tlog-policy). `quorum` names a witness, a group, or is "none". */
export type Policy = Readonly<{
  logs: readonly PolicyLog[];
  witnesses: readonly PolicyWitness[];
  groups: readonly PolicyGroup[];
  quorum: string;
}>;

/** Nobody is asked. */
export const emptyPolicy: Policy = { logs: [], witnesses: [], groups: [], quorum: "none" };

type Draft = {
  logs: PolicyLog[];
  witnesses: PolicyWitness[];
  groups: PolicyGroup[];
  quorum: string | null;
};
type Line = Readonly<{ words: readonly string[]; fail: (message: string) => never }>;

const usage = {
  log: "log VKEY [URL]",
  witness: "witness NAME VKEY [URL]",
  group: "group NAME all|any|COUNT MEMBER…",
  quorum: "quorum NAME|none",
};

/** Reads a policy file. Throws ProofError `policy.line`, which names the line, or `policy.quorum`. */
export function parsePolicy(text: string): Policy {
  const draft: Draft = { logs: [], witnesses: [], groups: [], quorum: null };
  for (const [at, line] of text.split("\n").entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    const fail = (message: string): never => {
      throw new ProofError("policy.line", `Line ${at + 1} of the policy: ${message}`);
    };
    // What the form refuses are control characters.
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) fail("it holds a control character.");
    if (words.length > 0 && !words[0]!.startsWith("#")) readLine(draft, { words, fail });
  }
  if (draft.quorum === null)
    throw new ProofError("policy.quorum", `The policy has no line "${usage.quorum}".`);
  return { ...draft, quorum: draft.quorum };
}

function readLine(draft: Draft, line: Line): void {
  const word = line.words[0];
  if (word === "log") readLog(draft, line);
  else if (word === "witness") readWitness(draft, line);
  else if (word === "group") readGroup(draft, line);
  else if (word === "quorum") readQuorum(draft, line);
  else line.fail(`"${word}" is not log, witness, group or quorum.`);
}

function keyOf(vkey: string, type: 1 | 4, { fail }: Line): NoteKey {
  try {
    const key = parseVkey(vkey);
    return key.type === type
      ? key
      : fail(
          type === 4
            ? `the key of a witness is for cosignatures (type 4), this one is for notes.`
            : `the key of a log is for notes (type 1), this one is for cosignatures.`,
        );
  } catch (error) {
    if (error instanceof ProofError && error.code !== "policy.line") return fail(error.message);
    throw error;
  }
}

function readLog(draft: Draft, line: Line): void {
  const [, vkey, url = null] = line.words;
  if (!vkey || line.words.length > 3) return line.fail(`write "${usage.log}".`);
  const key = keyOf(vkey, 1, line);
  if (draft.logs.some((one) => equalBytes(one.key.publicKey, key.publicKey)))
    line.fail("this log's key is listed twice.");
  draft.logs.push({ vkey, key, url });
}

function readWitness(draft: Draft, line: Line): void {
  const [, name, vkey, url = null] = line.words;
  if (!name || !vkey || line.words.length > 4) return line.fail(`write "${usage.witness}".`);
  needNewName(draft, name, line);
  const key = keyOf(vkey, 4, line);
  if (draft.witnesses.some((one) => equalBytes(one.key.publicKey, key.publicKey)))
    line.fail("this witness's key is listed twice.");
  draft.witnesses.push({ name, vkey, key, url });
}

function readGroup(draft: Draft, line: Line): void {
  const [, name, count, ...members] = line.words;
  if (!name || !count || members.length === 0) return line.fail(`write "${usage.group}".`);
  needNewName(draft, name, line);
  const taken = draft.groups.flatMap((group) => group.members);
  for (const [at, member] of members.entries()) {
    if (!isDefined(draft, member)) line.fail(`"${member}" is not defined above it.`);
    if (taken.includes(member) || members.indexOf(member) !== at)
      line.fail(`"${member}" counts in more than one place.`);
  }
  const threshold =
    count === "all"
      ? members.length
      : count === "any"
        ? 1
        : /^[1-9][0-9]{0,3}$/.test(count)
          ? Number(count)
          : line.fail(`"${count}" is not all, any or a number.`);
  if (threshold > members.length)
    line.fail(`${threshold} of ${members.length} can never be reached.`);
  draft.groups.push({ name, threshold, members });
}

function readQuorum(draft: Draft, line: Line): void {
  const [, name] = line.words;
  if (!name || line.words.length !== 2) return line.fail(`write "${usage.quorum}".`);
  if (draft.quorum !== null) line.fail("there is one quorum line already.");
  if (name !== "none" && !isDefined(draft, name)) line.fail(`"${name}" is not defined above it.`);
  draft.quorum = name;
}

const isDefined = (draft: Draft, name: string): boolean =>
  [...draft.witnesses, ...draft.groups].some((one) => one.name === name);

function needNewName(draft: Draft, name: string, { fail }: Line): void {
  if (name === "none") fail(`"none" is the name of no quorum.`);
  if (isDefined(draft, name)) fail(`"${name}" is defined twice.`);
}

/** Whether these witnesses (by their names in the policy) are enough. With "quorum none" nobody is needed. */
export function meetsPolicy(policy: Policy, cosignedNames: readonly string[]): boolean {
  const holds = (name: string): boolean => {
    const group = policy.groups.find((one) => one.name === name);
    return group
      ? group.members.filter(holds).length >= group.threshold
      : cosignedNames.includes(name);
  };
  return policy.quorum === "none" || holds(policy.quorum);
}

/** The fewest witnesses that can meet the policy; 0 when nobody is asked. */
export function smallestQuorum(policy: Policy): number {
  const least = (name: string): number => {
    const group = policy.groups.find((one) => one.name === name);
    return group
      ? group.members
          .map(least)
          .sort((a, b) => a - b)
          .slice(0, group.threshold)
          .reduce((sum, n) => sum + n, 0)
      : 1;
  };
  return policy.quorum === "none" ? 0 : least(policy.quorum);
}

/** The policy in words: "2 of 3 witnesses", "no witness is asked". */
export function describePolicy(policy: Policy): string {
  if (policy.quorum === "none")
    return policy.witnesses.length === 0
      ? "no witness is asked"
      : `${countOf(policy.witnesses.length)} asked, none needed`;
  const group = policy.groups.find((one) => one.name === policy.quorum);
  if (!group) return `the witness ${policy.quorum}`;
  const nested = group.members.some((member) => policy.groups.some((one) => one.name === member));
  return nested
    ? describeGroup(policy, group)
    : `${group.threshold} of ${countOf(group.members.length)}`;
}

const countOf = (count: number): string => `${count} ${count === 1 ? "witness" : "witnesses"}`;

function describeGroup(policy: Policy, group: PolicyGroup): string {
  const members = group.members.map((member) => {
    const inner = policy.groups.find((one) => one.name === member);
    return inner ? `(${describeGroup(policy, inner)})` : member;
  });
  return `${group.threshold} of ${members.join(", ")}`;
}
