import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { nonceOf } from "@/components/layout/nonce-of";
import { StyleNonce } from "@/components/layout/style-nonce";
import { readTheme, themeCookie } from "@/components/layout/theme";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Chancery", template: "%s · Chancery" },
  description: "An internal certificate authority with a verifiable audit log.",
  robots: { index: false, follow: false },
  icons: { icon: [{ url: "/favicon.svg", type: "image/svg+xml" }], apple: "/apple-touch-icon.png" },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbf9f5" },
    { media: "(prefers-color-scheme: dark)", color: "#12110f" },
  ],
};

/**
 * The frame of every page. The theme comes from a cookie, so the server renders it and nothing
 * flashes.
 */
export default async function RootLayout({ children }: Readonly<{ children: ReactNode }>) {
  const theme = readTheme((await cookies()).get(themeCookie)?.value);
  const nonce = nonceOf((await headers()).get("content-security-policy"));
  return (
    <html lang="en" data-theme={theme === "system" ? undefined : theme}>
      <body>
        <StyleNonce nonce={nonce} />
        {children}
      </body>
    </html>
  );
}
