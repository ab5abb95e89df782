import { themeCookie, zoneCookie, type Theme } from "./theme";

const yearSeconds = 31_536_000;

function setCookie(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`;
}

/** Applies a theme and stores it in a cookie, so that the server renders the next page with it. */
export function chooseTheme(theme: Theme): void {
  setCookie(themeCookie, theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Stores the time zone of the console in a cookie: "UTC", or that of the browser. */
export function chooseZone(zone: string): void {
  setCookie(zoneCookie, zone);
}

/** The time zone of the browser. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
