import { isAbsolute, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./root.mjs";

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

/** What failed in vitest's JSON report: file, title and how the error begins, an entry each. */
export const failuresOfVitest = (report) =>
  report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0)
      return file.status === "failed" ? [failure(file.name, "", file.message)] : [];
    return failed.map(({ fullName, failureMessages }) =>
      failure(file.name, fullName, failureMessages?.[0]),
    );
  });

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

/** What failed in Playwright's JSON report at least once, as `failuresOfVitest`. */
export const failuresOfPlaywright = ({ errors, suites }) => [
  ...errors.map(({ message }) => failure("e2e", "", message)),
  ...suites.flatMap(failuresOfSuite),
];

function failuresOfSuite({ suites = [], specs = [] }) {
  return [
    ...specs.flatMap(({ file, title, tests }) =>
      tests
        .filter(({ status }) => status === "unexpected" || status === "flaky")
        .map(({ status, results }) => {
          const { error } = results.find((result) => result.error) ?? {};
          return failure(
            file,
            status === "flaky" ? `${title} (passed later)` : title,
            error?.message,
          );
        }),
    ),
    ...suites.flatMap(failuresOfSuite),
  ];
}

function failure(file, title, message) {
  const beginning = stripVTControlCharacters(message ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("at "))
    .slice(0, 4)
    .map((line) => `\n    ${line.slice(0, 200)}`)
    .join("");
  return `${isAbsolute(file) ? relative(root, file) : file}${title && ` › ${title}`}${beginning}`;
}
