// npm run docs:errors: writes docs/errors.md from the catalogue of error codes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { renderErrorsDocument } from "./errors-document";

writeFileSync(join(findRepoRoot(), "docs", "errors.md"), renderErrorsDocument());
