import type { OpenApiDocument, Operation } from "@/server/api/openapi-types";

/** An operation with its place: the noun's tag, and the last part of the address of its page. */
export type ListedOperation = Readonly<{
  method: string;
  path: string;
  operation: Operation;
  tag: string;
  slug: string;
}>;
/** The operations of one noun. */
export type OperationGroup = Readonly<{
  tag: string;
  slug: string;
  operations: readonly ListedOperation[];
}>;

/** All operations by noun, in the order of the document. */
export function operationsByNoun(document: OpenApiDocument): OperationGroup[] {
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags.map((tag) => ({ method, path, operation, tag, slug: slugOf(tag) })),
    ),
  );
  return [...new Set(listed.map(({ tag }) => tag))].map((tag) => ({
    tag,
    slug: slugOf(tag),
    operations: listed.filter((one) => one.tag === tag),
  }));
}

const slugOf = (tag: string): string => tag.toLowerCase().replaceAll(" ", "-");
