import type { Route } from "@/server/api/define-route";

/** Operations about everybody's certificates: who may read only their own may not use them. */
const routesOfAll: readonly (readonly [method: string, path: string])[] = [
  ["get", "/bulk-acts"],
  ["get", "/bulk-acts/{id}"],
  ["get", "/bulk-acts/{id}/report"],
  ["get", "/certificates/export"],
  ["post", "/bulk-acts/{id}/cancel"],
];

export const isOfAll = ({ method, path }: Pick<Route, "method" | "path">): boolean =>
  routesOfAll.some(([ofMethod, ofPath]) => ofMethod === method && ofPath === path);
