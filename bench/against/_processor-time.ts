import { readdirSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";

/** Milliseconds of processor time, by process of Chancery. */
export const processGroups = ["gateway", "PostgreSQL", "signer", "supervisor and console"] as const;
export type ProcessGroup = (typeof processGroups)[number];
export type ProcessorTime = Readonly<Record<ProcessGroup, number>>;

type Process = Readonly<{ pid: number; parent: number; command: string; ticks: number }>;

const msPerTick = 1000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/**
 * What the supervisor and everything that it started has used so far. The time of a process that
 * has ended is that of its parent's children, so none is lost when PostgreSQL closes a connection.
 */
export function readProcessorTime(
  supervisor: number,
  named: readonly Readonly<{ name: string; pid: number }>[],
): ProcessorTime {
  const processes = listProcesses();
  const groupOf = ({ pid, command }: Process): ProcessGroup | null => {
    const name = named.find((one) => one.pid === pid)?.name;
    if (name === "gateway" || name === "signer") return name;
    return command === "postgres" ? "PostgreSQL" : null;
  };
  const total = { gateway: 0, PostgreSQL: 0, signer: 0, "supervisor and console": 0 };
  const visit = (process: Process, inherited: ProcessGroup): void => {
    const group = groupOf(process) ?? inherited;
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
        return [parseStat(readFileSync(`/proc/${name}/stat`, "utf8"))];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

/** proc_pid_stat(5): the fields after the command's closing parenthesis begin with the third. */
function parseStat(text: string): Process {
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    command: text.slice(text.indexOf("(") + 1, close),
    ticks: field(14) + field(15) + field(16) + field(17),
  };
}
