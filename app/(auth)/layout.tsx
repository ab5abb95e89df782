import type { ReactNode } from "react";
import { AuthFrame } from "@/components/layout/auth-frame";

/** The pages before sign-in. */
export default function AuthLayout({ children }: Readonly<{ children: ReactNode }>) {
  return <AuthFrame>{children}</AuthFrame>;
}
