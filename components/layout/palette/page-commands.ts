import type { PaletteEntry } from "./palette-types";

const most = 14;

/**
 * What the open page offers, as commands: the buttons and links of its head, and what it can copy. A
 * button that is disabled, with its reason, is left to the page.
 */
export function readPageCommands(page: ParentNode = document): readonly PaletteEntry[] {
  const head = page.querySelectorAll<HTMLElement>("[data-page-actions] :is(button, a)");
  const copies = page.querySelectorAll<HTMLElement>('main button[aria-label^="Copy "]');
  const labels = new Set<string>();
  const commands: PaletteEntry[] = [];
  for (const control of [...head, ...copies]) {
    const label = (control.ariaLabel ?? control.textContent).trim();
    const isDisabled = control.ariaDisabled === "true" || control.hasAttribute("disabled");
    if (label === "" || isDisabled || labels.has(label) || commands.length === most) continue;
    labels.add(label);
    commands.push({
      id: `page-command-${label}`,
      group: "On this page",
      label,
      run: () => {
        control.click();
      },
    });
  }
  return commands;
}
