import type { Command } from "./command";

/** The list of commands, which is also printed without a command. */
export function makeHelp(commands: () => readonly Command[]): Command {
  return {
    name: "help",
    summary: "list the commands",
    usage: null,
    run: async () => {
      process.stdout.write(`${helpText(commands())}\n`);
      return 0;
    },
  };
}

export function helpText(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 3;
  return [
    "Usage: chancery COMMAND …",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "Commands find the running Chancery by its data folder: CHANCERY_DATA, or data/ in the clone.",
  ].join("\n");
}
