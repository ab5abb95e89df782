/** The counts of vitest's JSON report. A file that broke before its first test failed once. */
export function countVitest(report, good) {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !good ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The titles of the tests that were skipped, a line each. */
export const skippedTests = (report) =>
  report.testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => ["pending", "skipped", "todo"].includes(status))
    .map(({ fullName }) => `skipped: ${fullName}\n`)
    .join("");

/** The counts of Playwright's JSON report. What passes only sometimes has not passed. */
export function countPlaywright(report, good) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed === 0 && !good ? 1 : failed, skipped };
}
