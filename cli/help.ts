import type { Command } from "./command";

/** The list of commands, also shown when none is named. */
export function makeHelp(commands: () => readonly Command[]): Command {
  return {
    name: "help",
    summary: "this list",
    run: async () => {
      process.stdout.write(`${helpText(commands())}\n`);
      return 0;
    },
  };
}

export function helpText(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 3;
  return [
    "chancery COMMAND …   the command line of a Chancery on this machine",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "It finds the running Chancery through its data folder: CHANCERY_DATA, or data/ in the clone.",
  ].join("\n");
}
