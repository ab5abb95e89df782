/** A command of `chancery`. `run` gets the arguments after its name and returns the exit code. */
export type Command = Readonly<{
  name: string;
  summary: string;
  /** How it is called, which `--help` prints; null if it has no arguments. */
  usage: string | null;
  run: (args: string[]) => Promise<number>;
}>;

/** Invalid usage. The message states the problem and the correct usage. */
export class UsageError extends Error {}

/** What a command met that its user can solve, such as a server that isn't trusted. Exit code 1. */
export class CommandError extends Error {}
