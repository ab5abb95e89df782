/** One command of `chancery`. `run` gets the words after its name and answers with the exit code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly run: (args: string[]) => Promise<number>;
}

/** Wrong usage: the message says what is wrong and how it is written. */
export class UsageError extends Error {}
