import type { ReactNode } from "react";
import { AuthFrame } from "@/components/layout/auth-frame";
import { readEnv } from "@/lib/runtime/env";

/** The pages before sign-in. */
export default function AuthLayout({ children }: Readonly<{ children: ReactNode }>) {
  return <AuthFrame isDemo={readEnv().CHANCERY_DEMO === "1"}>{children}</AuthFrame>;
}
