/** The picture of each turn's time: from the end of the user's speech to the first sample played. */

import { useState } from "react";
import type { TurnTime } from "../react/useRealtimeAgent.ts";
import { marks, seconds } from "./scale.ts";
import { PARTS, TurnTable } from "./TurnTable.tsx";

interface Props {
  turns: readonly TurnTime[];
  underruns: number;
}

/** Newest first, all on one scale. The picture is for eyes; the same figures stand in a table. */
export function TurnTimes({ turns, underruns }: Props) {
  const [pointedAt, pointAt] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const newestFirst = [...turns].reverse();
  const shown = newestFirst.find(({ turn }) => turn === pointedAt) ?? newestFirst[0];
  return (
    <section className="panel times" aria-labelledby="times">
      <header>
        <h2 id="times">Time to answer</h2>
        {shown && (
          <button type="button" className="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            Table
          </button>
        )}
      </header>
      {!shown && <p className="empty">From your last word to the first sound of the answer, turn by turn.</p>}
      {shown && !isTable && (
        <div aria-hidden="true">
          <Legend turn={shown} />
          <Bars turns={newestFirst} shown={shown} pointAt={pointAt} />
        </div>
      )}
      {shown && <TurnTable turns={newestFirst} isHidden={!isTable} />}
      {underruns > 0 && (
        <p className="note">
          The voice ran dry {underruns === 1 ? "once" : `${underruns} times`}: connection or device could not
          keep up.
        </p>
      )}
    </section>
  );
}

function Legend({ turn }: { turn: TurnTime }) {
  return (
    <ul className="legend">
      {PARTS.map(([part, name]) => (
        <li key={part}>
          <i data-part={part} />
          {name} <b>{seconds(turn[part])}</b>
        </li>
      ))}
    </ul>
  );
}

interface BarsProps {
  turns: readonly TurnTime[];
  shown: TurnTime;
  pointAt: (turn: number | null) => void;
}

function Bars({ turns, shown, pointAt }: BarsProps) {
  const axis = marks(Math.max(...turns.map(({ total }) => total)));
  const longestMs = axis.at(-1) ?? 1;
  return (
    <>
      <div className="bars">
        {turns.map((turn) => (
          <div
            key={turn.turn}
            className="bar-row"
            data-shown={turn === shown}
            onPointerEnter={() => pointAt(turn.turn)}
            onPointerLeave={() => pointAt(null)}
          >
            <span className="turn">{turn.turn}</span>
            <Bar turn={turn} longestMs={longestMs} />
            <b>{seconds(turn.total)}</b>
          </div>
        ))}
      </div>
      <div className="axis">
        {axis.map((ms) => (
          <span key={ms} style={{ left: `${(100 * ms) / longestMs}%` }}>
            {ms / 1000}
            {ms === longestMs && " s"}
          </span>
        ))}
      </div>
    </>
  );
}

function Bar({ turn, longestMs }: { turn: TurnTime; longestMs: number }) {
  return (
    <div className="bar">
      {PARTS.map(
        ([part, name]) =>
          turn[part] > 0 && (
            <i
              key={part}
              data-part={part}
              title={`${name} ${seconds(turn[part])}`}
              style={{ width: `${(100 * turn[part]) / longestMs}%` }}
            />
          ),
      )}
    </div>
  );
}
