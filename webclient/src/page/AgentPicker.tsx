import type { Agents } from "./useAgents.ts";

interface Props {
  agents: Agents;
  /** The agent is settled with the call's token. */
  isInCall: boolean;
}

export function AgentPicker({ agents: { all, chosen, choose }, isInCall }: Props) {
  if (!chosen) return null;
  return (
    <div className="field agent">
      <label htmlFor="agent">Agent</label>
      <select
        id="agent"
        value={chosen.name}
        disabled={isInCall}
        aria-describedby="agent-description"
        onChange={(event) => choose(event.target.value)}
      >
        {all.map(({ name, output }) => (
          <option key={name} value={name}>
            {output === "text" ? `${name} (answers in writing)` : name}
          </option>
        ))}
      </select>
      <p id="agent-description">{chosen.description}</p>
    </div>
  );
}
