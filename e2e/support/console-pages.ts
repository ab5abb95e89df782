import { globSync } from "node:fs";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";

/** A folder in parentheses is a group, and no part of the address. */
const routeOf = (file: string): string => `/${file.replace(/\/?page\.tsx$/, "")}`;
const routesIn = (group: string): string[] =>
  globSync("**/page.tsx", { cwd: join(findRepoRoot(), "app", group) })
    .map(routeOf)
    .toSorted();

/** Led elsewhere, because a page was there once. */
export const movedPages: Readonly<Record<string, string>> = { "/audit/views": "/views" };

/** The routes of all pages without a session, from the folders in app/(auth). */
export const signedOutRoutes = routesIn("(auth)");
/** The routes of all pages of the console, such as /certificates/[id], from the folders. */
export const consoleRoutes = routesIn("(console)").filter((route) => !(route in movedPages));

export const isRouteOfItems = (route: string): boolean => route.includes("[");

/** Pages that look different with a query: nothing found, or other fields and columns. */
export const variants = [
  "/alerts?status=all",
  "/audit?ip=127.0.0.0/8&outcome=denied&reads=include",
  "/certificates?q=nothing-has-this-name",
  "/identities?holds=*.example.com",
  "/identities?holds=held-by-none.example.net",
] as const;
