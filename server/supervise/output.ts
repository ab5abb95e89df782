/** The supervisor's output: prefixed lines, and each step of the start with its duration. */
export type Output = Readonly<{
  print: (process: string, line: string) => void;
  step: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}>;

const prefixWidth = 9;

/** Writes lines through `write`, each with the name of its process in a column in front. */
export function makeOutput(write: (text: string) => void): Output {
  const print = (process: string, line: string) =>
    write(`${process.padEnd(prefixWidth)}| ${line}\n`);
  return {
    print,
    step: async (name, work) => {
      const startedAt = performance.now();
      const result = await work();
      print("chancery", `${name} ready in ${seconds(performance.now() - startedAt)}`);
      return result;
    },
  };
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
