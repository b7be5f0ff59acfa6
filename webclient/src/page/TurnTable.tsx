/** The turns' times in figures. */

import type { TurnTime } from "../react/useRealtimeAgent.ts";
import { seconds } from "./scale.ts";

type Part = "endpointing" | "stt" | "llm" | "tts" | "network" | "playback";

/** The parts of a turn in the order in which they pass. */
export const PARTS: readonly (readonly [part: Part, name: string])[] = [
  ["endpointing", "Endpointing"],
  ["stt", "STT"],
  ["llm", "LLM"],
  ["tts", "TTS"],
  ["network", "Network"],
  ["playback", "Playback"],
];

interface Props {
  turns: readonly TurnTime[];
  /** Hidden from eyes only. */
  isHidden: boolean;
}

export function TurnTable({ turns, isHidden }: Props) {
  return (
    <div className={isHidden ? "unseen" : "table"}>
      <table>
        <caption className="unseen">
          Time from the end of your speech to the first sound, newest turn first
        </caption>
        <thead>
          <tr>
            {["Turn", ...PARTS.map(([, name]) => name), "Total"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {turns.map((turn) => (
            <tr key={turn.turn}>
              <th scope="row">{turn.turn}</th>
              {PARTS.map(([part]) => (
                <td key={part}>{seconds(turn[part])}</td>
              ))}
              <td>{seconds(turn.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
