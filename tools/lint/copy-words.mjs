#!/usr/bin/env node
// npm run lint:words: refuses the words that docs/glossary.md replaces, in what people read: string
// literals and JSX text of the sources, docs/*.md and the documents beside the README. Identifiers, import paths, class
// names and codes such as "certificate.issued" are not looked at. Options: --report lists without
// failing; --comments looks at comments too; paths limit the check to files under them.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parseSync } from "vite";
import { allowed, rules } from "./banned-words.mjs";

const root = join(import.meta.dirname, "../..");
const sourceFolders = ["app", "components", "lib", "server", "cli", "clients", "e2e", "testing"];
const moreFolders = ["bench", "docs", "examples", "tools"];
const skippedFolders = new Set(["node_modules", ".next", "generated", "dist"]);
const isSource = (path) => /\.(?:ts|tsx|mjs)$/.test(path);
const isDocument = (path) => path.endsWith(".md");
const anyRule = new RegExp(rules.map(({ match }) => match.source).join("|"), "i");

/** Words of the list in one text: where they start, what they are, what to write instead. */
export function findBannedWords(text) {
  if (!anyRule.test(text)) return [];
  return rules.flatMap(({ match, write, except }) => {
    const exempt = except ? [...text.matchAll(except)] : [];
    const isExempt = (at) =>
      exempt.some(({ index, 0: phrase }) => at >= index && at < index + phrase.length);
    return [...text.matchAll(match)]
      .filter(({ index }) => !isExempt(index))
      .map(({ index, 0: word }) => ({ index, word, write }));
  });
}

// A code, an id, a path or a class list: lower case and without a sentence's blanks.
const isCode = (text) => /^[a-z0-9_.:/#@?&=*[\]{}()-]*$/.test(text);

// The text of a node that people may read; null for a node that is looked into instead.
const textReaders = {
  Literal: ({ value, raw }) => (typeof value === "string" && !isCode(value) ? raw : ""),
  TemplateElement: ({ value }) => (isCode(value.raw) ? "" : value.raw),
  JSXText: ({ value }) => value,
  TSLiteralType: () => "",
  ImportDeclaration: () => "",
  JSXAttribute: ({ name }) => (name.name === "className" ? "" : null),
};

const isName = (node, key, value) =>
  (key === "source" && node.type.startsWith("Export")) ||
  (key === "key" && value?.type === "Literal");

function visit(node, add) {
  if (Array.isArray(node)) {
    for (const one of node) visit(one, add);
    return;
  }
  if (typeof node?.type !== "string") return;
  const text = textReaders[node.type]?.(node) ?? null;
  if (text !== null) {
    add(text, node.start);
    return;
  }
  for (const [key, value] of Object.entries(node)) if (!isName(node, key, value)) visit(value, add);
}

/** The texts of a source file that people read, with their offsets. */
function textsOf(path, source, withComments) {
  const { program, comments } = parseSync(path, source, {
    lang: path.endsWith(".tsx") ? "tsx" : path.endsWith(".mjs") ? "js" : "ts",
  });
  const texts = [];
  visit(program, (text, start) => texts.push({ text, start }));
  if (withComments) for (const { value, start } of comments) texts.push({ text: value, start });
  return texts;
}

const isAllowed = (path, word) =>
  allowed.some(([files, words]) => files.test(path) && words.test(word));

/** Every banned word of one file: { line, word, write, text }, in order. */
export function checkFile(path, source, withComments = false) {
  if (!anyRule.test(source)) return [];
  const texts = isDocument(path)
    ? [{ text: source, start: 0 }]
    : textsOf(path, source, withComments);
  const problems = texts.flatMap(({ text, start }) =>
    findBannedWords(text)
      .filter(({ word }) => !isAllowed(path, word))
      .map(({ index, word, write }) => ({
        line: source.slice(0, start + index).split("\n").length,
        word,
        write,
        text: lineAround(text, index),
      })),
  );
  return problems.toSorted((one, other) => one.line - other.line);
}

function lineAround(text, index) {
  const begin = text.lastIndexOf("\n", index) + 1;
  const end = text.indexOf("\n", index);
  return text
    .slice(begin, end < 0 ? undefined : end)
    .trim()
    .slice(0, 160);
}

function filesUnder(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : filesUnder(path);
    return isSource(path) || isDocument(path) ? [path] : [];
  });
}

function main(args) {
  const options = new Set(args.filter((arg) => arg.startsWith("--")));
  const only = args
    .filter((arg) => !arg.startsWith("--"))
    .map((arg) => relative(root, join(process.cwd(), arg)));
  const files = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    ...[...sourceFolders, ...moreFolders].flatMap(filesUnder),
  ]
    .map((path) => path.split(sep).join("/"))
    .filter((path) => only.length === 0 || only.some((one) => path.startsWith(one)));
  let count = 0;
  const byArea = new Map();
  for (const path of files) {
    const source = readFileSync(join(root, path), "utf8");
    for (const { line, word, write, text } of checkFile(path, source, options.has("--comments"))) {
      console.log(`${path}:${line}: “${word}” → ${write}\n    ${text}`);
      count += 1;
      const area = path.split("/").slice(0, 2).join("/");
      byArea.set(area, (byArea.get(area) ?? 0) + 1);
    }
  }
  if (count === 0) return;
  const areas = [...byArea].toSorted((one, other) => other[1] - one[1]);
  console.log(`\n${areas.map(([area, n]) => `${area} ${n}`).join(" · ")}`);
  console.log(`${count} words that docs/glossary.md replaces.`);
  if (!options.has("--report")) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));
