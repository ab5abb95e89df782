/** What the terminal hears: one prefixed line at a time, and each step of the start with its duration. */
export interface Speaker {
  readonly say: (who: string, line: string) => void;
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

const WIDTH = 9;

/** Speaks through `write`; the name of who speaks stands in a column of its own. */
export function makeSpeaker(write: (text: string) => void): Speaker {
  const say = (who: string, line: string) => write(`${who.padEnd(WIDTH)}| ${line}\n`);
  return {
    say,
    step: async (what, work) => {
      const began = performance.now();
      const result = await work();
      say("chancery", `${what} ready after ${seconds(performance.now() - began)}`);
      return result;
    },
  };
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
