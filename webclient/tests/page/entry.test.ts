/** What a page's address says. */

import { describe, expect, it } from "vitest";
import { linkIn, serverOf, wantedAgent } from "../../src/page/entry.ts";

describe("a link into a meeting", () => {
  it("gives meeting and token, in whatever order", () => {
    expect(linkIn("#token=a.b.c&meetingId=m%2F1")).toEqual({ meetingId: "m/1", token: "a.b.c" });
  });

  it("is none when a half of it is missing", () => {
    for (const hash of ["", "#", "#meetingId=m", "#token=t", "#meetingId=&token=t", "#top"]) {
      expect(linkIn(hash)).toBeNull();
    }
  });
});

describe("the server of a page", () => {
  it("is where the page is, below a prefix too", () => {
    expect(serverOf("http://127.0.0.1:8080/")).toBe("http://127.0.0.1:8080");
    expect(serverOf("https://example.org/voice/?agent=a#x")).toBe("https://example.org/voice");
    expect(serverOf("https://example.org/voice/index.html")).toBe("https://example.org/voice");
  });
});

describe("the address of a page", () => {
  it("may ask for an agent", () => {
    expect(wantedAgent("?agent=museum%20guide")).toBe("museum guide");
    expect(wantedAgent("?agent=")).toBeNull();
    expect(wantedAgent("")).toBeNull();
  });
});
