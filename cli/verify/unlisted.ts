/** How many problems of each check a report lists; memory stays bounded however many there are. */
export const maxListed = 1_000;

/** Shows a problem that the report counts but doesn't list. */
export const writeUnlisted = (check: string, problem: string): void => {
  process.stderr.write(`${check}: ${problem}\n`);
};
