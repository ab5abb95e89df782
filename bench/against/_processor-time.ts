import { readdirSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";

/** Milliseconds of processor time, by process of Chancery. */
export const processGroups = ["gateway", "PostgreSQL", "signer", "supervisor and console"] as const;
export type ProcessGroup = (typeof processGroups)[number];
export type ProcessorTime = Readonly<Record<ProcessGroup, number>>;

type Process = Readonly<{ pid: number; parent: number; group: ProcessGroup | null; ticks: number }>;

const msPerTick = 1000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/**
 * What the supervisor and everything that it started has used so far. The time of a process that
 * has ended is that of its parent's children, so none is lost when PostgreSQL closes a connection.
 */
export function readProcessorTime(supervisor: number): ProcessorTime {
  const processes = listProcesses();
  const total = { gateway: 0, PostgreSQL: 0, signer: 0, "supervisor and console": 0 };
  const visit = (process: Process, inherited: ProcessGroup): void => {
    const group = process.group ?? inherited;
    total[group] += process.ticks * msPerTick;
    for (const child of processes)
      if (child.parent === process.pid && child.pid !== process.pid) visit(child, group);
  };
  const first = processes.find(({ pid }) => pid === supervisor);
  if (first === undefined) throw new Error(`process ${supervisor} has ended`);
  visit(first, "supervisor and console");
  if (Object.values(total).includes(0))
    throw new Error(`a process of Chancery is missing: ${JSON.stringify(total)}`);
  return total;
}

function listProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const file = (of: string): string => readFileSync(`/proc/${name}/${of}`, "utf8");
        return [parseProcess(file("stat"), file("cmdline"))];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

/** Earlier versions called the gateway "door". */
const groupOfBundle: Readonly<Record<string, ProcessGroup>> = {
  gateway: "gateway",
  door: "gateway",
  signer: "signer",
};

/** By what it runs, which every version says in its command line. */
function groupOf(command: string, commandLine: string): ProcessGroup | null {
  if (command === "postgres") return "PostgreSQL";
  const [, bundle = ""] = /\/dist\/([a-z]+)\.mjs/.exec(commandLine) ?? [];
  return groupOfBundle[bundle] ?? null;
}

/** proc_pid_stat(5): the fields after the command's closing parenthesis begin with the third. */
function parseProcess(text: string, commandLine: string): Process {
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    group: groupOf(text.slice(text.indexOf("(") + 1, close), commandLine),
    ticks: field(14) + field(15) + field(16) + field(17),
  };
}
