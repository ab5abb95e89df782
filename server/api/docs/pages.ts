import { sha256 } from "@/lib/format/hash";
import { escapeHtml, inlineText } from "@/server/api/html";
import type { OpenApiDocument } from "@/server/api/openapi-types";
import { operationArticle } from "./operation-article";
import { operationsByNoun, type ListedOperation, type OperationGroup } from "./operations-of";
import { makeOperationSearch, type FoundOperation } from "./search";
import { docsStyle } from "./style";

const styleHash = sha256(docsStyle).toString("base64");
const home = "/docs/api";
const longestQuery = 200;

/**
 * No scripts, nothing from other origins; the one style sheet is allowed by its hash, and the search
 * asks this origin.
 */
export const docsHeaders: Readonly<Record<string, string>> = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "public, max-age=300",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  "Referrer-Policy": "no-referrer",
};

/** The API reference, made from the OpenAPI document. */
export type ApiReference = Readonly<{
  /**
   * The first page: all operations by noun, each under its operationId, or with a query those that
   * have each of its words.
   */
  first: (query?: string) => string;
  /** The page of a noun with everything about its operations; null if there is none. */
  ofNoun: (slug: string) => string | null;
}>;

export function makeApiReference(document: OpenApiDocument): ApiReference {
  const groups = operationsByNoun(document);
  const pages = new Map(groups.map((group) => [group.slug, nounPage(group, groups, document)]));
  const search = makeOperationSearch(
    groups.flatMap(({ operations }) => operations),
    document,
  );
  const firstPage = indexPage("", groups, null, document);
  return {
    first: (query = "") => {
      const asked = query.trim().slice(0, longestQuery);
      return asked === "" ? firstPage : indexPage(asked, groups, search(asked), document);
    },
    ofNoun: (slug) => pages.get(slug) ?? null,
  };
}

function indexPage(
  query: string,
  groups: readonly OperationGroup[],
  found: readonly FoundOperation[] | null,
  document: OpenApiDocument,
): string {
  const intro = found === null ? introduction(document) : foundCount(found.length, query);
  const sections = groups.map(({ tag, slug, operations }) => {
    const listed = found === null ? operations : found.filter((one) => one.slug === slug);
    if (listed.length === 0) return "";
    return `<section aria-labelledby="tag-${slug}"><h2 id="tag-${slug}"><a href="${home}/${slug}">${escapeHtml(tag)}</a></h2><ul class="list">${listed.map(listItem).join("")}</ul></section>`;
  });
  return layout(
    "API reference",
    `<h1>API reference</h1>${searchForm(query)}${intro}${sections.join("\n")}`,
    { groups, current: null, document },
  );
}

const introduction = (document: OpenApiDocument): string =>
  `${document.info.description
    .split("\n\n")
    .map((text) => `<p>${inlineText(text)}</p>`)
    .join("")}
<p>OpenAPI document: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI ${escapeHtml(document.openapi)}).</p>`;

const foundCount = (count: number, query: string): string =>
  `<p role="status">${count === 1 ? "1 operation matches" : `${count} operations match`} “${escapeHtml(query)}”. <a href="${home}">Show all</a></p>`;

const searchForm = (query: string): string =>
  `<form role="search" action="${home}"><label for="q">Search operations and fields</label><input id="q" name="q" type="search" maxlength="${longestQuery}" value="${escapeHtml(query)}"> <button>Search</button></form>`;

function listItem(one: ListedOperation & Partial<FoundOperation>): string {
  const { method, path, slug, operation, fields = [] } = one;
  const { operationId, summary } = operation;
  const named = fields.map((name) => `<code>${escapeHtml(name)}</code>`).join(", ");
  return `<li id="${operationId}"><a href="${home}/${slug}#${operationId}">${escapeHtml(summary)}</a><br><b class="${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code>${named ? `<br><small>Fields: ${named}</small>` : ""}</li>`;
}

function nounPage(
  group: OperationGroup,
  groups: readonly OperationGroup[],
  document: OpenApiDocument,
): string {
  const articles = group.operations.map((one) => operationArticle(one, document)).join("");
  return layout(
    `${group.tag} · API reference`,
    `<p class="up"><a href="${home}">API reference</a></p><h1 id="tag-${group.slug}">${escapeHtml(group.tag)}</h1>${articles}`,
    { groups, current: group, document },
  );
}

type Surroundings = Readonly<{
  groups: readonly OperationGroup[];
  current: OperationGroup | null;
  document: OpenApiDocument;
}>;

function layout(title: string, content: string, { groups, current, document }: Surroundings) {
  const product = escapeHtml(document.info.title);
  const nouns = groups.map((group) => navItem(group, group === current)).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · ${product}</title><style>${docsStyle}</style></head>
<body><a class="skip" href="#content">Skip to operations</a>
<nav aria-label="API reference"><p class="mark"><a href="${home}">${product} <span>API</span></a></p><ul>${nouns}</ul></nav>
<main id="content">${content}</main></body></html>`;
}

function navItem({ tag, slug, operations }: OperationGroup, isCurrent: boolean): string {
  const link = `<a href="${home}/${slug}"${isCurrent ? ' aria-current="page"' : ""}>${escapeHtml(tag)}</a>`;
  if (!isCurrent) return `<li>${link}</li>`;
  const items = operations.map(
    ({ method, operation }) =>
      `<li><a href="#${operation.operationId}"><b class="${method}">${method.toUpperCase()}</b> ${escapeHtml(operation.summary)}</a></li>`,
  );
  return `<li>${link}<ul>${items.join("")}</ul></li>`;
}
