import { themeCookie, zoneCookie, type Theme } from "./theme";

const yearSeconds = 31_536_000;

function remember(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`;
}

/** Shows a theme at once and lets the server know it for the next page. */
export function chooseTheme(theme: Theme): void {
  remember(themeCookie, theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Remembers in which zone times are shown: "UTC", or this browser's own. */
export function chooseZone(zone: string): void {
  remember(zoneCookie, zone);
}

/** The zone that this browser lives in. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
