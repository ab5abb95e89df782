"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useTransition } from "react";
import { latestParams, paramsArrived, wantParams } from "./wanted-params";

type ListParams = Readonly<{
  parameters: Readonly<{ get: (name: string) => string | null }>;
  /**
   * Changes the parameters of the list in the URL. Two controls that are used one right after the
   * other both count.
   */
  change: (edit: (params: URLSearchParams) => void) => void;
  pending: boolean;
}>;

/** The parameters of a list, as its search and its filters read and change them. */
export function useListParams(): ListParams {
  const router = useRouter();
  const path = usePathname();
  const parameters = useSearchParams();
  const [pending, start] = useTransition();
  const current = parameters.toString();
  useEffect(() => {
    paramsArrived();
  }, [path, current]);
  return {
    parameters,
    pending,
    change: (edit) => {
      const next = latestParams(path, globalThis.location.search);
      edit(next);
      wantParams(path, next);
      start(() => {
        router.replace(next.size > 0 ? `${path}?${next.toString()}` : path, { scroll: false });
      });
    },
  };
}
