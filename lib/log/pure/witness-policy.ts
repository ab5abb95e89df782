import { equalBytes } from "./bytes";
import { parseVkey, type NoteKey } from "./note";
import { ProofError, isProofError } from "./proof-error";

export type PolicyLog = Readonly<{ vkey: string; key: NoteKey; url: string | null }>;
export type PolicyWitness = Readonly<{
  name: string;
  vkey: string;
  key: NoteKey;
  url: string | null;
}>;
/** Met by `threshold` of its `members`: witnesses, or groups that were defined before. */
export type PolicyGroup = Readonly<{ name: string; threshold: number; members: readonly string[] }>;
/**
 * The known logs, and the witnesses whose cosignatures are required (C2SP tlog-policy). `quorum` is
 * the name of a witness or a group, or "none".
 */
export type WitnessPolicy = Readonly<{
  logs: readonly PolicyLog[];
  witnesses: readonly PolicyWitness[];
  groups: readonly PolicyGroup[];
  quorum: string;
}>;

/** The policy without witnesses. */
export const emptyWitnessPolicy: WitnessPolicy = {
  logs: [],
  witnesses: [],
  groups: [],
  quorum: "none",
};

type PolicyDraft = {
  logs: PolicyLog[];
  witnesses: PolicyWitness[];
  groups: PolicyGroup[];
  quorum: string | null;
};
type PolicyLine = Readonly<{ words: readonly string[]; fail: (message: string) => never }>;

const usage = {
  log: "log VKEY [URL]",
  witness: "witness NAME VKEY [URL]",
  group: "group NAME all|any|COUNT MEMBER…",
  quorum: "quorum NAME|none",
};

/** Parses a policy file. Throws ProofError `policy.line`, which names the line, `policy.quorum`. */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  const draft: PolicyDraft = { logs: [], witnesses: [], groups: [], quorum: null };
  for (const [at, line] of text.split("\n").entries()) {
    const words = line.split(/[ \t]+/).filter((keyword) => keyword !== "");
    const fail = (message: string): never => {
      throw new ProofError("policy.line", `Line ${at + 1} of the policy: ${message}`);
    };
    // The pattern matches control characters on purpose.
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) fail("it contains a control character.");
    if (words.length > 0 && !words[0]!.startsWith("#")) readLine(draft, { words, fail });
  }
  if (draft.quorum === null)
    throw new ProofError("policy.quorum", `The policy has no line "${usage.quorum}".`);
  return { ...draft, quorum: draft.quorum };
}

function readLine(draft: PolicyDraft, line: PolicyLine): void {
  const word = line.words[0];
  if (word === "log") readLog(draft, line);
  else if (word === "witness") readWitness(draft, line);
  else if (word === "group") readGroup(draft, line);
  else if (word === "quorum") readQuorum(draft, line);
  else line.fail(`"${word}" is not one of log, witness, group, quorum.`);
}

function keyOf(vkey: string, type: 1 | 4, { fail }: PolicyLine): NoteKey {
  try {
    const key = parseVkey(vkey);
    return key.type === type
      ? key
      : fail(
          type === 4
            ? `a witness needs a key for cosignatures (type 4); this key is for notes.`
            : `a log needs a key for notes (type 1); this key is for cosignatures.`,
        );
  } catch (error) {
    if (isProofError(error) && error.code !== "policy.line") return fail(error.message);
    throw error;
  }
}

function readLog(draft: PolicyDraft, line: PolicyLine): void {
  const [, vkey, url = null] = line.words;
  if (!vkey || line.words.length > 3) return line.fail(`expected "${usage.log}".`);
  const key = keyOf(vkey, 1, line);
  if (draft.logs.some((one) => equalBytes(one.key.publicKey, key.publicKey)))
    line.fail("this log's key is listed twice.");
  draft.logs.push({ vkey, key, url });
}

function readWitness(draft: PolicyDraft, line: PolicyLine): void {
  const [, name, vkey, url = null] = line.words;
  if (!name || !vkey || line.words.length > 4) return line.fail(`expected "${usage.witness}".`);
  requireUnusedName(draft, name, line);
  const key = keyOf(vkey, 4, line);
  if (draft.witnesses.some((one) => equalBytes(one.key.publicKey, key.publicKey)))
    line.fail("this witness's key is listed twice.");
  draft.witnesses.push({ name, vkey, key, url });
}

function readGroup(draft: PolicyDraft, line: PolicyLine): void {
  const [, name, count, ...members] = line.words;
  if (!name || !count || members.length === 0) return line.fail(`expected "${usage.group}".`);
  requireUnusedName(draft, name, line);
  const usedMembers = draft.groups.flatMap((group) => group.members);
  for (const [at, member] of members.entries()) {
    if (!isDefined(draft, member)) line.fail(`"${member}" is not defined above this line.`);
    if (usedMembers.includes(member) || members.indexOf(member) !== at)
      line.fail(`"${member}" is a member of more than one group.`);
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
    line.fail(`${threshold} of ${members.length} members can never be reached.`);
  draft.groups.push({ name, threshold, members });
}

function readQuorum(draft: PolicyDraft, line: PolicyLine): void {
  const [, name] = line.words;
  if (!name || line.words.length !== 2) return line.fail(`expected "${usage.quorum}".`);
  if (draft.quorum !== null) line.fail("there is already a quorum line.");
  if (name !== "none" && !isDefined(draft, name))
    line.fail(`"${name}" is not defined above this line.`);
  draft.quorum = name;
}

const isDefined = (draft: PolicyDraft, name: string): boolean =>
  [...draft.witnesses, ...draft.groups].some((one) => one.name === name);

function requireUnusedName(draft: PolicyDraft, name: string, { fail }: PolicyLine): void {
  if (name === "none") fail(`"none" is reserved for the quorum line.`);
  if (isDefined(draft, name)) fail(`"${name}" is defined twice.`);
}

/** Whether cosignatures of these witnesses (by name) meet the quorum; always with "quorum none". */
export function meetsQuorum(policy: WitnessPolicy, cosignedNames: readonly string[]): boolean {
  const isMet = (name: string): boolean => {
    const group = policy.groups.find((one) => one.name === name);
    return group
      ? group.members.filter(isMet).length >= group.threshold
      : cosignedNames.includes(name);
  };
  return policy.quorum === "none" || isMet(policy.quorum);
}

/** The smallest number of witnesses that can meet the quorum; 0 with "quorum none". */
export function smallestQuorum(policy: WitnessPolicy): number {
  const minimum = (name: string): number => {
    const group = policy.groups.find((one) => one.name === name);
    return group
      ? group.members
          .map(minimum)
          .sort((a, b) => a - b)
          .slice(0, group.threshold)
          .reduce((sum, n) => sum + n, 0)
      : 1;
  };
  return policy.quorum === "none" ? 0 : minimum(policy.quorum);
}

/** The quorum in words: "2 of 3 witnesses", "none configured". */
export function describeQuorum(policy: WitnessPolicy): string {
  if (policy.quorum === "none")
    return policy.witnesses.length === 0
      ? "none configured"
      : `${countWitnesses(policy.witnesses.length)}, none required`;
  const group = policy.groups.find((one) => one.name === policy.quorum);
  if (!group) return `the witness ${policy.quorum}`;
  const nested = group.members.some((member) => policy.groups.some((one) => one.name === member));
  return nested
    ? describeGroup(policy, group)
    : `${group.threshold} of ${countWitnesses(group.members.length)}`;
}

const countWitnesses = (count: number): string =>
  `${count} ${count === 1 ? "witness" : "witnesses"}`;

function describeGroup(policy: WitnessPolicy, group: PolicyGroup): string {
  const members = group.members.map((member) => {
    const inner = policy.groups.find((one) => one.name === member);
    return inner ? `(${describeGroup(policy, inner)})` : member;
  });
  return `${group.threshold} of ${members.join(", ")}`;
}
