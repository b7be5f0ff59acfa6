/** The parts of the page, each by itself. */

import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { AgentInfo } from "../../src/page/api.ts";
import { CallButton } from "../../src/page/CallButton.tsx";
import { Errors } from "../../src/page/Errors.tsx";
import { meter } from "../../src/page/levels.ts";
import { type Look, lookOf, Orb } from "../../src/page/orb.ts";
import { Status } from "../../src/page/Status.tsx";
import { marks, seconds } from "../../src/page/scale.ts";
import { TurnTimes } from "../../src/page/TurnTimes.tsx";
import { pick } from "../../src/page/useAgents.ts";

const nothing = () => {};
const turn = (n: number, total: number) => ({
  ...{ turn: n, endpointing: 600, stt: 0, llm: total - 600, tts: 0, network: 0, playback: 0, total },
});

describe("the names that scripts hold on to", () => {
  it("are Connect without a call and Disconnect from the moment one is asked for", () => {
    const button = (status: "Disconnected" | "Connecting" | "Connected") =>
      renderToStaticMarkup(<CallButton status={status} onConnect={nothing} onDisconnect={nothing} />).replace(
        /<[^>]*>/g,
        "",
      );
    expect([button("Disconnected"), button("Connecting"), button("Connected")]).toEqual([
      "Connect",
      "Disconnect",
      "Disconnect",
    ]);
  });

  it("are the three words of the status, alone in one element", () => {
    expect(renderToStaticMarkup(<Status status="Connecting" />)).toContain(
      '<span id="status" role="status">Connecting</span>',
    );
  });
});

describe("errors", () => {
  const error = (code: string) => ({ code, message: `${code}.`, remedy: "Try again." });

  it("never fill the page", () => {
    const page = renderToStaticMarkup(
      <Errors errors={["a", "b", "c", "d"].map(error)} onDismiss={nothing} />,
    );
    expect(page.match(/data-code/g)).toHaveLength(2);
    expect(page).toContain("and 2 more before");
  });
});

describe("the picture of the turns' times", () => {
  const page = renderToStaticMarkup(<TurnTimes turns={[turn(1, 700), turn(2, 1400)]} underruns={0} />);

  it("shows the newest turn first, all on one scale", () => {
    expect([...page.matchAll(/class="turn">(\d)/g)].map(([, n]) => n)).toEqual(["2", "1"]);
    expect(
      [...page.matchAll(/data-part="endpointing"[^>]*width:([\d.]+)%/g)].map(([, width]) => width),
    ).toEqual(["40", "40"]);
  });

  it("is a table for those who don't see it", () => {
    const cells = [...page.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell);
    expect(cells.slice(0, 7)).toEqual(["0.60 s", "0.00 s", "0.80 s", "0.00 s", "0.00 s", "0.00 s", "1.40 s"]);
  });

  it("has an axis of few round marks that holds the longest turn", () => {
    for (const ms of [1, 80, 640, 1400, 3000, 9999, 61_000]) {
      const axis = marks(ms);
      expect(axis.at(-1)).toBeGreaterThanOrEqual(ms);
      expect(axis.length).toBeLessThanOrEqual(7);
    }
    expect(marks(1400)).toEqual([0, 500, 1000, 1500]);
    expect(seconds(684)).toBe("0.68 s");
  });
});

describe("the orb", () => {
  const looks: Look[] = ["listening", "thinking", "speaking", "recovering_error"];

  it("has a shape of its own for every state", () => {
    const shapes = looks.map((look) => {
      const orb = new Orb();
      orb.rest(look);
      return `${orb.path} ${orb.coreRadius}`;
    });
    expect(new Set(shapes).size).toBe(4);
  });

  it("grows with the voice and comes to rest without one", () => {
    const orb = new Orb();
    const heard = (loudness: number, fromMs: number) => {
      for (let ms = fromMs; ms < fromMs + 2000; ms += 16) orb.advance("listening", loudness, ms);
      return orb.path;
    };
    const quiet = heard(0, 0);
    expect(heard(0.9, 2000)).not.toBe(quiet);
    expect(heard(0, 4000)).toBe(quiet);
  });

  it("shows no state of the agent before the call stands", () => {
    expect(lookOf("Connecting", "speaking", false)).toBe("connecting");
    expect(lookOf("Connected", null, true)).toBe("connecting");
    expect(lookOf("Disconnected", null, false)).toBe("off");
    expect(lookOf("Connected", "thinking", true)).toBe("thinking");
  });

  it("tells a lost connection from one that has not come about yet", () => {
    expect(lookOf("Connecting", null, true)).toBe("reconnecting");
  });
});

describe("a level", () => {
  it("is drawn as ears hear it: from silence to a near voice, growing", () => {
    const drawn = [0, 0.001, 0.01, 0.05, 0.3, 1].map(meter);
    expect(drawn[0]).toBe(0);
    expect(drawn.at(-1)).toBe(1);
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
  });
});

describe("the agent that a call gets", () => {
  const agent = (name: string, isDefault = false): AgentInfo => ({
    name,
    description: "",
    output: "audio",
    default: isDefault,
  });
  const all = [agent("a"), agent("b", true)];

  it("is the chosen one, else the server's default", () => {
    expect(pick(all, "a")?.name).toBe("a");
    expect(pick(all, "gone")?.name).toBe("b");
    expect(pick([], "a")).toBeNull();
  });
});
