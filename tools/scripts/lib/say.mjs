/** A step for people: what is done now, and how long it took. */
export function speaker(write) {
  return async (what, work) => {
    write(`chancery | ${what} …\n`);
    const began = performance.now();
    const result = await work();
    write(`chancery |   done in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
    return result;
  };
}

/** Ends with what went wrong and, if a program failed, the end of its output. */
export function giveUp(error) {
  const output = error.output ? `${error.output.trim().split("\n").slice(-60).join("\n")}\n\n` : "";
  process.stderr.write(`\n${output}${error.message}\n`);
  process.exit(1);
}
