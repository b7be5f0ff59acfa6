// @vitest-environment happy-dom
/** The text area, as it fills. */

import { act, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Written } from "../../src/talk/Written.tsx";

let root: Root;

const show = (talk: string) =>
  act(async () =>
    root.render(
      <StrictMode>
        <Written talk={talk} />
      </StrictMode>,
    ),
  );
const area = () => document.querySelector("textarea") as HTMLTextAreaElement;
const copyButton = () => document.querySelector("header button") as HTMLButtonElement;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  root = createRoot(document.body.appendChild(document.createElement("div")));
});

afterEach(async () => {
  await act(async () => root.unmount());
  document.body.replaceChildren();
});

test("it has a name, cannot be typed into, and says what will come", async () => {
  await show("");
  expect(area().labels?.[0]?.textContent).toBe("What the model writes");
  expect(area().readOnly).toBe(true);
  expect(area().value).toBe("");
  expect(area().placeholder).toContain("word by word");
  expect(copyButton()).toBeNull();
});

test("whoever has selected a part keeps it while more comes", async () => {
  await show("It rains.");
  area().setSelectionRange(3, 8);
  await show("It rains. Take a coat.");
  expect(area().value).toBe("It rains. Take a coat.");
  expect([area().selectionStart, area().selectionEnd]).toEqual([3, 8]);
});

test("what was written in one talk stays above the next", async () => {
  await show("It rains.");
  await show("");
  expect(area().value).toBe("It rains.");
  await show("Hi.");
  await show("Hi. You");
  expect(area().value).toBe("It rains.\n\n\nHi. You");
});

test("an answer that was corrected is shown as it is", async () => {
  await show("It rains now");
  await show("It rains");
  expect(area().value).toBe("It rains");
});

test("copying takes all of it, and says so until there is more", async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  await show("It rains.");
  await act(async () => copyButton().click());
  expect(writeText).toHaveBeenCalledWith("It rains.");
  expect(copyButton().textContent).toBe("Copied");
  await show("It rains. Still.");
  expect(copyButton().textContent).toBe("Copy");
});

test("where the browser refuses to copy, all of it is selected", async () => {
  vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("no")) } });
  await show("It rains.");
  await act(async () => copyButton().click());
  expect([area().selectionStart, area().selectionEnd]).toEqual([0, 9]);
});
