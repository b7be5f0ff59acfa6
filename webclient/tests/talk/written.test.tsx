// @vitest-environment happy-dom
/** The text area, as it fills. */

import { act } from "react";
import { expect, test, vi } from "vitest";
import { Written } from "../../src/talk/Written.tsx";
import { eachTestHasARoot, show } from "../react/setUp.ts";

eachTestHasARoot();

const write = (talk: string) => show(<Written talk={talk} />);
const area = () => document.querySelector("textarea") as HTMLTextAreaElement;
const copyButton = () => document.querySelector("header button") as HTMLButtonElement;

test("it has a name, cannot be typed into, and says what will come", async () => {
  await write("");
  expect(area().labels?.[0]?.textContent).toBe("What the model writes");
  expect(area().readOnly).toBe(true);
  expect(area().value).toBe("");
  expect(area().placeholder).toContain("word by word");
  expect(copyButton()).toBeNull();
});

test("whoever has selected a part keeps it while more comes", async () => {
  await write("It rains.");
  area().setSelectionRange(3, 8);
  await write("It rains. Take a coat.");
  expect(area().value).toBe("It rains. Take a coat.");
  expect([area().selectionStart, area().selectionEnd]).toEqual([3, 8]);
});

test("what was written in one talk stays above the next", async () => {
  await write("It rains.");
  await write("");
  expect(area().value).toBe("It rains.");
  await write("Hi.");
  await write("Hi. You");
  expect(area().value).toBe("It rains.\n\n\nHi. You");
});

test("an answer that was corrected is shown as it is", async () => {
  await write("It rains now");
  await write("It rains");
  expect(area().value).toBe("It rains");
});

test("copying takes all of it, and says so until there is more", async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  await write("It rains.");
  await act(async () => copyButton().click());
  expect(writeText).toHaveBeenCalledWith("It rains.");
  expect(copyButton().textContent).toBe("Copied");
  await write("It rains. Still.");
  expect(copyButton().textContent).toBe("Copy");
});

test("where the browser refuses to copy, all of it is selected", async () => {
  vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("no")) } });
  await write("It rains.");
  await act(async () => copyButton().click());
  expect([area().selectionStart, area().selectionEnd]).toEqual([0, 9]);
});
