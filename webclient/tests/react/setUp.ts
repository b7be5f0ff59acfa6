/** A document with a React root in it, anew for each test: for files that run in happy-dom. */

import { act, createElement, type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, vi } from "vitest";

let root: Root;

export function eachTestHasARoot(): void {
  beforeEach(() => {
    vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
    root = createRoot(document.body.appendChild(document.createElement("div")));
  });

  afterEach(async () => {
    await act(async () => root.unmount());
    document.body.replaceChildren();
  });
}

/** Shows this and nothing else, mounted twice as React does while an application is developed. */
export const show = (shown: ReactNode) =>
  act(async () => root.render(createElement(StrictMode, null, shown)));

export const soon = (check: () => void) => act(() => vi.waitFor(check, { timeout: 15_000, interval: 5 }));
